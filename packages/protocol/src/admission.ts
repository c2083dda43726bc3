import { z } from "zod";
import { AdmissionId, Delivery, ParticipantId, Role, WebinarId } from "./ids.ts";
import { WebinarPhase } from "./room/entities.ts";

export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** Where a participant goes and with which credentials: web's answer to "let me in". */
export const Admission = z.object({
  webinarId: WebinarId,
  participantId: ParticipantId,
  admissionId: AdmissionId,
  role: Role,
  name: z.string(),
  phase: WebinarPhase,
  delivery: Delivery,
  /** True while the participant waits for an interactive seat; `seat.offered` follows. */
  waiting: z.boolean(),
  /** Why this tier and this edge, for people and logs. */
  reasons: z.array(z.string()),
  edge: z.object({ nodeId: z.string(), url: z.string(), token: z.string() }),
  /** Hosts and panelists only. */
  stage: z.object({ nodeId: z.string(), url: z.string(), token: z.string() }).nullable(),
  /** Signed multivariant playlist URL; null until the programme runs (ask again after `phase.changed: live`). */
  playlistUrl: z.string().nullable(),
  iceServers: z.array(IceServer),
  /** Seconds until the tokens expire. */
  expiresIn: z.number().int().positive(),
});
export type Admission = z.infer<typeof Admission>;
