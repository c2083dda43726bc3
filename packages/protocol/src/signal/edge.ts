import { z } from "zod";
import { MediaPath, MediaReport, PathReason } from "../reach.ts";
import { RoomEvent } from "../room/events.ts";
import { RoomSnapshot } from "../room/snapshot.ts";
import { mediaEvents, ReceiveOffer, receiveMethods } from "./media.ts";

/**
 * The edge socket (`/ws` on an edge): one per participant, whatever the role and tier. After `hello` the edge answers
 * with the room and then pushes every `room.event` in order.
 */
export const edgeMethods = {
  hello: {
    request: z.strictObject({
      version: z.number().int(),
      token: z.string().min(1).max(4096),
      /** Last event seen, to resume without a snapshot when the gap is short. */
      resume: z.strictObject({ epoch: z.string().max(64), seq: z.number().int().nonnegative() }).optional(),
      /** Answer with `media`, for who will receive: it saves the two questions that would follow. */
      receive: z.boolean().optional(),
    }),
    response: z.object({
      nodeId: z.string(),
      /** Absent when `resume` was possible: missed events follow as `room.event`. */
      snapshot: RoomSnapshot.optional(),
      /** Given when it was asked for and there is a seat. */
      media: ReceiveOffer.optional(),
      serverTimeMs: z.number(),
    }),
  },
  /** An overflow viewer got a seat: receive over WebRTC on this socket from now on. The token is of a new admission. */
  "seat.take": {
    request: z.strictObject({ token: z.string().min(1).max(4096) }),
    /** `media` as with the greeting; absent when the seat was left meanwhile. */
    response: z.object({ media: ReceiveOffer.optional() }),
  },
  /** Watch the programme over HLS from now on; the room stays. */
  "seat.leave": {
    request: z.strictObject({ reason: z.string().max(200) }),
    response: z.strictObject({}),
  },
  ...receiveMethods,
  /**
   * Told once it is known how media gets through, and whenever it changes. `hls`: this browser gives up WebRTC, its media
   * here is closed, and its seat is free.
   */
  "media.path": {
    request: z.strictObject({ path: MediaPath, reason: PathReason }),
    response: z.strictObject({}),
  },
  /** How the picture is, now and then. For the operator's figures; nothing depends on it. */
  "media.report": { request: MediaReport, response: z.strictObject({}) },
} as const;

export const edgeEvents = {
  "room.event": RoomEvent,
  /** Sent instead of events when the log was lost or the gap was too long. */
  "room.snapshot": RoomSnapshot,
  /** This node is going away: ask for admission again after `delayMs`. */
  "node.draining": z.object({ delayMs: z.number().int().nonnegative() }),
  /** Media ends here after `graceMs`: go on with the programme over HLS. The room stays. */
  "seat.lost": z.object({ reason: z.string(), graceMs: z.number().int().nonnegative() }),
  ...mediaEvents,
} as const;
