import { changeHands, findHand, findWebinar } from "@rostrum/db";
import { ParticipantId, type RoomClaims, RostrumError } from "@rostrum/protocol";
import { decideHand, type HandCommand } from "@rostrum/rules";
import { announce } from "../room-events.ts";
import type { Services } from "../services.ts";

const refusals: Partial<Record<string, string>> = {
  "webinar.ended": "This webinar is over.",
  "not-found": "This hand is not up any more.",
  "permission.denied": "The host has not invited you on stage, or has taken the invitation back.",
};

/** Hosts see the queue, and everybody their own hand. The origin follows it: who is `on-stage` may publish there. */
async function announceHand(services: Services, webinarId: string, id: string): Promise<void> {
  const participantId = ParticipantId.parse(id);
  const audience = { hostsAnd: participantId };
  await announce(services, webinarId, `hand:${webinarId}:${id}`, async () => {
    const hand = await findHand(services.db, webinarId, participantId);
    return { body: hand ? { type: "hand.raised", hand } : { type: "hand.lowered", participantId }, audience };
  });
}

/** Throws what rules/hand-queue refuses with. */
async function change(services: Services, webinarId: string, command: HandCommand): Promise<void> {
  const webinar = await findWebinar(services.db, webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  await changeHands(services.db, webinarId, (hands) => {
    const decision = decideHand({ phase: webinar.phase, hands }, command, Date.now());
    if ("events" in decision) return decision.events;
    throw new RostrumError(decision.refused, refusals[decision.refused] ?? "That is not possible now.", {
      ...(decision.field ? { field: decision.field } : {}),
    });
  });
  await announceHand(services, webinarId, command.participantId);
}

/** Raise the participant's hand; one that is up keeps its place. */
export function raise(services: Services, { webinarId, participantId, name }: RoomClaims): Promise<void> {
  return change(services, webinarId, { type: "raise", participantId, name });
}

/** By its owner or by a host: ends an invitation too, and a place on stage. */
export function lower(services: Services, webinarId: string, participantId: string): Promise<void> {
  return change(services, webinarId, { type: "lower", participantId: ParticipantId.parse(participantId) });
}

/** The host asks somebody on stage whose hand is up. */
export function invite(services: Services, webinarId: string, participantId: string): Promise<void> {
  return change(services, webinarId, { type: "invite", participantId: ParticipantId.parse(participantId) });
}

/** Somebody who was invited comes on stage. */
export function accept(services: Services, { webinarId, participantId }: RoomClaims): Promise<void> {
  return change(services, webinarId, { type: "accept", participantId });
}
