import type { ChatMessage, Poll, RoomEventBody, RoomSnapshot } from "@rostrum/protocol";
import { withHand, withoutHand } from "./hand-queue.ts";
import { newerTally } from "./poll.ts";

/** Chat messages a snapshot keeps. */
export const keptChat = 200;

/** A list with `item` in the place of the one it replaces, or at the end. */
function upsert<T>(list: readonly T[], item: T, same: (other: T) => boolean): T[] {
  return list.some(same) ? list.map((other) => (same(other) ? item : other)) : [...list, item];
}

/**
 * The room after an event. Pure and idempotent: applying an event again gives the same room, which is what lets a
 * snapshot and the log overlap.
 */
export function evolveRoom(
  room: RoomSnapshot,
  body: RoomEventBody,
  at: { seq: number; epoch: string },
): RoomSnapshot {
  return { ...change(room, body), seq: at.seq, epoch: at.epoch };
}

function change(room: RoomSnapshot, body: RoomEventBody): RoomSnapshot {
  switch (body.type) {
    case "phase.changed":
      return { ...room, phase: body.phase, liveAt: body.liveAt, endedAt: body.endedAt };
    case "stage.changed":
      return { ...room, stage: body.members };
    case "speaker.changed":
      return { ...room, speaker: body.participantId };
    case "layout.changed":
      return { ...room, layout: body.layout };
    case "presence.counted":
      return { ...room, presence: body.presence };
    case "recording.ready":
      return { ...room, recordingMs: body.durationMs };
    case "caption.said":
      return { ...room, caption: body.line };
    case "seat.offered":
    case "participant.removed":
      return room;
    default:
      return changeInteraction(room, body);
  }
}

type InteractionBody = Exclude<
  RoomEventBody,
  {
    type:
      | "phase.changed"
      | "stage.changed"
      | "speaker.changed"
      | "layout.changed"
      | "presence.counted"
      | "recording.ready"
      | "caption.said"
      | "seat.offered"
      | "participant.removed";
  }
>;

function changeInteraction(room: RoomSnapshot, body: InteractionBody): RoomSnapshot {
  switch (body.type) {
    case "question.changed":
      return {
        ...room,
        questions: upsert(room.questions, body.question, (other) => other.id === body.question.id),
      };
    case "question.removed":
      return { ...room, questions: room.questions.filter((question) => question.id !== body.questionId) };
    case "poll.changed":
      return { ...room, polls: withPoll(room.polls, body.poll) };
    case "poll.tallied":
      return {
        ...room,
        polls: room.polls.map((poll) =>
          poll.id === body.tally.pollId ? { ...poll, tally: newerTally(poll.tally, body.tally) } : poll,
        ),
      };
    case "hand.raised":
      return { ...room, hands: withHand(room.hands, body.hand) };
    case "hand.lowered":
      return { ...room, hands: withoutHand(room.hands, body.participantId) };
    case "chat.posted":
      return { ...room, chat: withMessage(room.chat, body.message) };
  }
}

/** A poll is told by one web process, its tally by another: the older count must not come back. */
function withPoll(polls: readonly Poll[], poll: Poll): Poll[] {
  const known = polls.find((other) => other.id === poll.id);
  const current = known ? { ...poll, tally: newerTally(known.tally, poll.tally) } : poll;
  return upsert(polls, current, (other) => other.id === poll.id);
}

function withMessage(chat: readonly ChatMessage[], message: ChatMessage): ChatMessage[] {
  return upsert(chat, message, (other) => other.id === message.id).slice(-keptChat);
}

/** The room as somebody may see it: the hand queue, but for their own, and polls in preparation are for hosts. */
export function roomFor(room: RoomSnapshot, who: "hosts" | { participantId: string } | "all"): RoomSnapshot {
  if (who === "hosts") return room;
  const own = who === "all" ? undefined : who.participantId;
  const hands = room.hands.filter(({ participantId }) => participantId === own);
  return { ...room, hands, polls: room.polls.filter((poll) => poll.status !== "draft") };
}
