import { z } from "zod";
import { DisplayName, MediaKind, MediaSource, ParticipantId } from "./ids.ts";

/** A producer of the stage as others see it. `producerId` is the same on the origin and on every edge. */
export const StageProducer = z.object({
  producerId: z.string().min(1).max(64),
  participantId: ParticipantId,
  name: DisplayName,
  kind: MediaKind,
  source: MediaSource,
  paused: z.boolean(),
});
export type StageProducer = z.infer<typeof StageProducer>;

/**
 * How a stage wants its pictures coded, by browsers that can; others send simulcast. `svc`: VP9, one stream of three sizes
 * and three rates. `vp9`: one stream of VP9, which keeps text sharp at less.
 */
export const PictureCoding = z.object({
  camera: z.enum(["simulcast", "svc"]),
  screen: z.enum(["vp8", "vp9"]),
});
export type PictureCoding = z.infer<typeof PictureCoding>;

/** A person on the stage and what they send. */
export const StageMember = z.object({
  participantId: ParticipantId,
  name: DisplayName,
  sources: z.array(MediaSource).max(8),
});
export type StageMember = z.infer<typeof StageMember>;

/**
 * What the origin knows of a stage and the database does not, for whoever takes a snapshot of the room: JSON under
 * `stageStateKey`. Rebuilt by the origin with every change; gone with the stage.
 */
export const StageState = z.object({
  members: z.array(StageMember).max(64),
  speaker: ParticipantId.nullable(),
});
export type StageState = z.infer<typeof StageState>;
export const stageStateKey = (webinarId: string): string => `stage:{${webinarId}}:state`;

/** Which rectangles the programme uses; rules/layout turns it into pixels. `auto`: share > speaker > grid. */
export const LayoutName = z.enum(["auto", "grid", "speaker", "spotlight", "share", "side", "slate"]);
export type LayoutName = z.infer<typeof LayoutName>;
