import type { Hand, HandStatus, ParticipantId, WebinarPhase } from "@rostrum/protocol";
import { type Decision, nothing } from "./decision.ts";

export type HandCommand =
  | { type: "raise"; participantId: ParticipantId; name: string }
  | { type: "invite" | "accept" | "lower"; participantId: ParticipantId };

/** `changed`: the hand is up, as it says. */
export type HandEvent = { type: "changed"; hand: Hand } | { type: "lowered"; participantId: ParticipantId };

export type HandQueue = { phase: WebinarPhase; hands: readonly Hand[] };

/**
 * First raised, first called: a hand that is up keeps its place however often it is raised again, one that was lowered
 * goes to the end. The host invites on stage whose hand is up; nobody comes without having accepted; lowering the hand
 * ends it all, on stage too. Nobody is called after the end. `now` in epoch ms.
 */
export function decideHand(queue: HandQueue, command: HandCommand, now: number): Decision<HandEvent> {
  const { participantId } = command;
  const hand = queue.hands.find((other) => other.participantId === participantId);
  if (command.type === "lower") return hand ? { events: [{ type: "lowered", participantId }] } : nothing;
  if (queue.phase === "ended") return { refused: "webinar.ended" };
  switch (command.type) {
    case "raise":
      return hand ? nothing : changed(newHand(queue, command, now));
    case "invite":
      if (!hand) return { refused: "not-found", field: "participantId" };
      return hand.status === "raised" ? changed({ ...hand, status: "invited" }) : nothing;
    case "accept":
      if (!hand || hand.status === "raised") return { refused: "permission.denied" };
      return hand.status === "invited" ? changed({ ...hand, status: "on-stage" }) : nothing;
  }
}

const changed = (hand: Hand): Decision<HandEvent> => ({ events: [{ type: "changed", hand }] });

function newHand(
  { hands }: HandQueue,
  { participantId, name }: { participantId: ParticipantId; name: string },
  now: number,
): Hand {
  // Clocks of several web processes differ a little: a newcomer is never put before who is there already.
  const raisedAt = Math.max(now, ...hands.map((hand) => hand.raisedAt));
  return { participantId, name, raisedAt, status: "raised" };
}

export const evolveHands = (hands: readonly Hand[], event: HandEvent): Hand[] =>
  event.type === "changed" ? withHand(hands, event.hand) : withoutHand(hands, event.participantId);

/** The queue with a hand in it once, in the order of raising; equal times keep the order of arrival. */
export function withHand(hands: readonly Hand[], hand: Hand): Hand[] {
  const place = hands.findIndex(({ participantId }) => participantId === hand.participantId);
  const next = place < 0 ? [...hands, hand] : hands.with(place, hand);
  return next.sort((a, b) => a.raisedAt - b.raisedAt);
}

export const withoutHand = (hands: readonly Hand[], participantId: string): Hand[] =>
  hands.filter((hand) => hand.participantId !== participantId);

/** How somebody's hand is; undefined when it is down. */
export const handOf = (hands: readonly Hand[], participantId: string): HandStatus | undefined =>
  hands.find((hand) => hand.participantId === participantId)?.status;
