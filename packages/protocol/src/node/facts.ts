import { z } from "zod";
import { AdmissionId, Delivery, ParticipantId, Role, WebinarId } from "../ids.ts";
import { MediaPath, PathReason } from "../reach.ts";
import { EpochMs } from "../time.ts";

/**
 * What media nodes know and the database must not lose. POST /api/internal/facts on web, with a node credential.
 * `factId` makes a retry harmless; a node keeps and resends a fact until it is accepted.
 */
export const Fact = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("attendance.opened"),
    factId: z.uuid(),
    webinarId: WebinarId,
    participantId: ParticipantId,
    admissionId: AdmissionId,
    /** One interval per edge socket; the closing fact names the same. */
    intervalId: z.uuid(),
    role: Role,
    delivery: Delivery,
    /** `{nodeId}/{epoch}`: a node that restarts has lost the stays of its former life. */
    nodeId: z.string().max(128),
    at: EpochMs,
  }),
  /** The same stay goes on by another tier. */
  z.object({
    type: z.literal("attendance.moved"),
    factId: z.uuid(),
    webinarId: WebinarId,
    intervalId: z.uuid(),
    delivery: Delivery,
    reason: z.string().max(64),
    at: EpochMs,
  }),
  z.object({
    type: z.literal("attendance.closed"),
    factId: z.uuid(),
    webinarId: WebinarId,
    intervalId: z.uuid(),
    reason: z.string().max(64),
    at: EpochMs,
  }),
  /** How the stage gets to this stay, and why not better. `hls` ends its interactive seat. */
  z.object({
    type: z.literal("attendance.path"),
    factId: z.uuid(),
    webinarId: WebinarId,
    intervalId: z.uuid(),
    path: MediaPath,
    reason: PathReason,
    at: EpochMs,
  }),
  z.object({
    type: z.literal("recording.ready"),
    factId: z.uuid(),
    webinarId: WebinarId,
    /** Path below egress's public URL, without the access part. */
    path: z.string().max(500),
    durationMs: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
    /** Programme time of the first picture. */
    startedAt: EpochMs.optional(),
    chapters: z
      .array(z.object({ startMs: z.number().int().nonnegative(), title: z.string().max(200) }))
      .max(1000)
      .default([]),
    at: EpochMs,
  }),
  /** Thumbnails of the recording can be had. */
  z.object({
    type: z.literal("recording.storyboard"),
    factId: z.uuid(),
    webinarId: WebinarId,
    at: EpochMs,
  }),
  /** What one person sent is a file of its own. */
  z.object({
    type: z.literal("recording.track"),
    factId: z.uuid(),
    webinarId: WebinarId,
    trackId: z.uuid(),
    participantId: ParticipantId,
    name: z.string().min(1).max(120),
    source: z.enum(["camera", "screen"]),
    file: z.string().max(200),
    /** From the recording's first picture to the track's first, ms. */
    offsetMs: z.number().int(),
    durationMs: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
    at: EpochMs,
  }),
  /** Something a host must know of has begun, see `ProgrammeAlert`. */
  z.object({
    type: z.literal("programme.alert"),
    factId: z.uuid(),
    webinarId: WebinarId,
    code: z.string().max(40),
    message: z.string().max(300),
    at: EpochMs,
  }),
  z.object({
    type: z.literal("programme.failed"),
    factId: z.uuid(),
    webinarId: WebinarId,
    message: z.string().max(500),
    at: EpochMs,
  }),
]);
export type Fact = z.infer<typeof Fact>;

export const FactBatch = z.object({ facts: z.array(Fact).min(1).max(500) });
export type FactBatch = z.infer<typeof FactBatch>;
export const FactReceipt = z.object({ accepted: z.array(z.uuid()) });
export type FactReceipt = z.infer<typeof FactReceipt>;
