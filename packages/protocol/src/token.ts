import { z } from "zod";
import { AdmissionId, Delivery, DisplayName, NodeId, ParticipantId, Role, WebinarId } from "./ids.ts";
import { EpochMs } from "./time.ts";

/**
 * Which socket a room token opens: `edge` for events and receiving, `stage` for publishing on the origin, `check` for
 * testing a connection beforehand.
 */
export const RoomAudience = z.enum(["edge", "stage", "check"]);
export type RoomAudience = z.infer<typeof RoomAudience>;

/** Claims of a room token. Everything a media node believes about a person comes from here. */
export const RoomClaims = z.object({
  audience: RoomAudience,
  webinarId: WebinarId,
  participantId: ParticipantId,
  admissionId: AdmissionId,
  role: Role,
  delivery: Delivery,
  name: DisplayName,
  /** Waits for an interactive seat since then, epoch ms. */
  waitsSince: EpochMs.optional(),
});
export type RoomClaims = z.infer<typeof RoomClaims>;

/** Claims of a replay pass: who watches which recording. `known`: a registration or a panelist, else somebody with the link. */
export const ReplayClaims = z.object({ webinarId: WebinarId, viewerId: z.uuid(), known: z.boolean() });
export type ReplayClaims = z.infer<typeof ReplayClaims>;

export const NodeKind = z.enum(["web", "origin", "edge", "egress"]);
export type NodeKind = z.infer<typeof NodeKind>;

/** Claims of a node credential: what one of our processes is, to another. */
export const NodeClaims = z.object({ nodeId: NodeId, kind: NodeKind });
export type NodeClaims = z.infer<typeof NodeClaims>;
