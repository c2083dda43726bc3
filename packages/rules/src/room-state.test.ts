import type { ParticipantId, Poll, RoomEventBody, RoomSnapshot } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evolveRoom, keptChat, roomFor } from "./room-state.ts";

const room: RoomSnapshot = {
  webinarId: "11111111-1111-4111-8111-111111111111" as RoomSnapshot["webinarId"],
  epoch: "e",
  seq: 0,
  title: "t",
  phase: "scheduled",
  startsAt: 0,
  liveAt: null,
  endedAt: null,
  layout: "auto",
  stage: [],
  speaker: null,
  questions: [],
  polls: [],
  hands: [],
  chat: [],
  presence: { webrtc: 0, hls: 0 },
  caption: null,
  recordingMs: null,
  brand: null,
  locale: "en",
};
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const person = (n: number) => ({ participantId: uuid(n) as ParticipantId, name: `P${n}` });

const poll = (n: number, status: Poll["status"], version: number): Poll => ({
  id: uuid(n),
  question: "?",
  options: [
    { id: uuid(1), text: "A" },
    { id: uuid(2), text: "B" },
  ],
  status,
  openedAt: null,
  closedAt: null,
  tally: { pollId: uuid(n), version, counts: { [uuid(1)]: version }, voters: version },
});

const few = fc.nat(4);
/** Any change of a room, over few entities, so that they meet. */
const body: fc.Arbitrary<RoomEventBody> = fc.oneof(
  fc.record({
    type: fc.constant("phase.changed" as const),
    phase: fc.constantFrom("green-room" as const, "live" as const, "ended" as const),
    liveAt: fc.constant(null),
    endedAt: fc.constant(null),
  }),
  few.map((n) => ({ type: "stage.changed" as const, members: [{ ...person(n), sources: [] }] })),
  few.map((n) => ({ type: "speaker.changed" as const, participantId: n ? person(n).participantId : null })),
  fc.tuple(few, few).map(([n, upvotes]) => ({
    type: "question.changed" as const,
    question: {
      id: uuid(n),
      ...person(n),
      text: "?",
      status: "open" as const,
      upvotes,
      askedAt: n,
      answeredAt: null,
    },
  })),
  few.map((n) => ({ type: "question.removed" as const, questionId: uuid(n) })),
  fc
    .tuple(few, fc.constantFrom("draft" as const, "open" as const, "closed" as const), few)
    .map(([n, status, version]) => ({ type: "poll.changed" as const, poll: poll(n, status, version) })),
  fc.tuple(few, few).map(([n, version]) => ({
    type: "poll.tallied" as const,
    tally: poll(n, "open", version).tally,
  })),
  fc.tuple(few, few).map(([n, raisedAt]) => ({
    type: "hand.raised" as const,
    hand: { ...person(n), raisedAt, status: "raised" as const },
  })),
  few.map((n) => ({ type: "hand.lowered" as const, participantId: person(n).participantId })),
  few.map((n) => ({
    type: "chat.posted" as const,
    message: { id: uuid(n), ...person(n), text: "hi", at: n },
  })),
  fc
    .tuple(few, few)
    .map(([webrtc, hls]) => ({ type: "presence.counted" as const, presence: { webrtc, hls } })),
  few.map((durationMs) => ({ type: "recording.ready" as const, durationMs })),
);
const apply = (from: RoomSnapshot, bodies: readonly RoomEventBody[], first = 1) =>
  bodies.reduce((state, one, i) => evolveRoom(state, one, { seq: first + i, epoch: "e" }), from);

describe("room state", () => {
  it("is the same after an event applied twice, and the old one is left as it was", () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 30 }), body, (before, event) => {
        const state = apply(room, before);
        const copy = structuredClone(state);
        const once = evolveRoom(state, event, { seq: 99, epoch: "e" });
        expect(state).toEqual(copy);
        expect(evolveRoom(once, event, { seq: 99, epoch: "e" })).toEqual(once);
        expect(once.seq).toBe(99);
      }),
    );
  });

  it("comes out the same when a snapshot already holds the first of what is replayed", () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 30 }), fc.nat(30), (events, from) => {
        const whole = apply(room, events);
        // The snapshot was taken late, its position was read early: the tail is applied to a room that has it.
        const again = apply(whole, events.slice(from), from + 1);
        const ids = (state: RoomSnapshot) => ({
          stage: state.stage,
          phase: state.phase,
          polls: state.polls.map((one) => [one.id, one.status]),
          questions: Object.fromEntries(state.questions.map((one) => [one.id, one.upvotes])),
          hands: state.hands.map((hand) => hand.participantId).sort(),
          chat: state.chat.map((message) => message.id).sort(),
          presence: state.presence,
        });
        expect(ids(again)).toEqual(ids(whole));
        for (const [i, one] of again.polls.entries())
          expect(one.tally.version).toBeGreaterThanOrEqual(whole.polls[i]?.tally.version ?? 0);
      }),
    );
  });

  it("never shows an older tally than it has shown", () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 60 }), (events) => {
        let state = room;
        for (const [i, event] of events.entries()) {
          const next = evolveRoom(state, event, { seq: i + 1, epoch: "e" });
          for (const one of next.polls) {
            const before = state.polls.find((other) => other.id === one.id);
            expect(one.tally.version).toBeGreaterThanOrEqual(before?.tally.version ?? 0);
          }
          const times = next.hands.map((hand) => hand.raisedAt);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          state = next;
        }
      }),
    );
  });

  it("keeps the last messages of a long chat", () => {
    const events = Array.from({ length: keptChat + 50 }, (_, n) => ({
      type: "chat.posted" as const,
      message: { id: uuid(n), ...person(1), text: "hi", at: n },
    }));
    const state = apply(room, events);
    expect(state.chat).toHaveLength(keptChat);
    expect(state.chat.at(-1)?.at).toBe(keptChat + 49);
  });

  it("keeps the hand queue and polls in preparation from attendees", () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 40 }), (events) => {
        const state = apply(room, events);
        const seen = roomFor(state, "all");
        expect(seen.hands).toEqual([]);
        const { participantId } = person(1);
        const own = state.hands.filter((hand) => hand.participantId === participantId);
        expect(roomFor(state, { participantId }).hands).toEqual(own);
        expect(seen.polls.some(({ status }) => status === "draft")).toBe(false);
        expect(roomFor(state, "hosts")).toBe(state);
      }),
    );
  });
});
