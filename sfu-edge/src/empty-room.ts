import { randomUUID } from "node:crypto";
import type { RoomSnapshot, WebinarId } from "@rostrum/protocol";

/** A room in which nothing has happened. It is not live: no origin is looked for. */
export const emptyRoom = (webinarId: WebinarId, title: string): RoomSnapshot => ({
  webinarId,
  epoch: randomUUID(),
  seq: 0,
  title,
  brand: null,
  locale: "en",
  phase: "scheduled",
  startsAt: Date.now(),
  liveAt: null,
  endedAt: null,
  layout: "grid",
  stage: [],
  speaker: null,
  questions: [],
  polls: [],
  hands: [],
  chat: [],
  caption: null,
  presence: { webrtc: 0, hls: 0 },
  recordingMs: null,
});
