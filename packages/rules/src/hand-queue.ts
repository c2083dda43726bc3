import type { Hand, ParticipantId, WebinarPhase } from "@rostrum/protocol";
import { type Decision, nothing } from "./decision.ts";

export type HandCommand =
  | { type: "raise"; participantId: ParticipantId; name: string }
  | { type: "lower"; participantId: ParticipantId };

export type HandEvent = { type: "raised"; hand: Hand } | { type: "lowered"; participantId: ParticipantId };

export type HandQueue = { phase: WebinarPhase; hands: readonly Hand[] };

/**
 * First raised, first called: a hand that is up keeps its place however often it is raised again, one that was lowered
 * goes to the end. Nobody is called after the end. `now` in epoch ms.
 */
export function decideHand(queue: HandQueue, command: HandCommand, now: number): Decision<HandEvent> {
  const up = queue.hands.some((hand) => hand.participantId === command.participantId);
  if (command.type === "lower")
    return up ? { events: [{ type: "lowered", participantId: command.participantId }] } : nothing;
  if (queue.phase === "ended") return { refused: "webinar.ended" };
  if (up) return nothing;
  const { participantId, name } = command;
  // Clocks of several web processes differ a little: a newcomer is never put before who is there already.
  const raisedAt = Math.max(now, ...queue.hands.map((hand) => hand.raisedAt));
  return { events: [{ type: "raised", hand: { participantId, name, raisedAt } }] };
}

export const evolveHands = (hands: readonly Hand[], event: HandEvent): Hand[] =>
  event.type === "raised" ? withHand(hands, event.hand) : withoutHand(hands, event.participantId);

/** The queue with a hand in it once, in the order of raising; equal times keep the order of arrival. */
export function withHand(hands: readonly Hand[], hand: Hand): Hand[] {
  const place = hands.findIndex(({ participantId }) => participantId === hand.participantId);
  const next = place < 0 ? [...hands, hand] : hands.with(place, hand);
  return next.sort((a, b) => a.raisedAt - b.raisedAt);
}

export const withoutHand = (hands: readonly Hand[], participantId: string): Hand[] =>
  hands.filter((hand) => hand.participantId !== participantId);
