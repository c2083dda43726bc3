import { findHand, lowerHand, raiseHand } from "@rostrum/db";
import { ParticipantId, type RoomClaims } from "@rostrum/protocol";
import { announce } from "../room-events.ts";
import type { Services } from "../services.ts";

/** The queue is for hosts; that a hand is down again is for everyone, because its owner must see it. */
async function announceHand(services: Services, webinarId: string, id: string): Promise<void> {
  const participantId = ParticipantId.parse(id);
  await announce(services, webinarId, `hand:${webinarId}:${id}`, async () => {
    const hand = await findHand(services.db, webinarId, participantId);
    return hand
      ? { body: { type: "hand.raised", hand }, audience: "hosts" }
      : { body: { type: "hand.lowered", participantId } };
  });
}

/** Raise the participant's hand; one that is up keeps its place. */
export async function raise(services: Services, who: RoomClaims): Promise<void> {
  const { webinarId, participantId, name } = who;
  await raiseHand(services.db, { webinarId, participantId, name });
  await announceHand(services, webinarId, participantId);
}

export async function lower(services: Services, webinarId: string, participantId: string): Promise<void> {
  if (await lowerHand(services.db, webinarId, participantId))
    await announceHand(services, webinarId, participantId);
}
