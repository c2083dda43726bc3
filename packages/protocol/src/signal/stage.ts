import { z } from "zod";
import { WebinarPhase } from "../room/entities.ts";
import { PictureCoding, StageMember } from "../stage.ts";
import { mediaEvents, publishMethods, receiveMethods } from "./media.ts";

/** The stage socket (`/ws` on an origin): hosts and panelists publish here and see one another. */
export const stageMethods = {
  hello: {
    request: z.strictObject({ version: z.number().int(), token: z.string().min(1).max(4096) }),
    response: z.object({
      nodeId: z.string(),
      phase: WebinarPhase,
      stage: z.array(StageMember),
      serverTimeMs: z.number(),
      pictures: PictureCoding.default({ camera: "simulcast", screen: "vp8" }),
    }),
  },
  ...receiveMethods,
  ...publishMethods,
} as const;

export const stageEvents = {
  "stage.phase": z.object({ phase: WebinarPhase }),
  "stage.members": z.object({ members: z.array(StageMember) }),
  /** A publisher learns how its producer is received: 0 (nothing arrives) to 10, per encoding. */
  "producer.score": z.object({ producerId: z.string(), scores: z.array(z.number()) }),
  /**
   * This origin goes away and another takes the stage: publish there, then leave here. What is received from here goes on
   * until everybody has left, `graceMs` at most.
   */
  "stage.moving": z.object({ graceMs: z.number().int().nonnegative() }),
  ...mediaEvents,
} as const;
