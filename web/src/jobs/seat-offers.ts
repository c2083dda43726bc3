import { findWebinar } from "@rostrum/db";
import { ParticipantId } from "@rostrum/protocol";
import { takesMore } from "@rostrum/rules";
import { publishRoomEvent } from "../server/room-events.ts";
import type { Services } from "../server/services.ts";

/** A seat is kept this long for whom it was offered to, ms. */
const offerMs = 8000;
/** Somebody no edge has seen for this long has gone and is not offered anything, ms. */
const absentMs = 10_000;

/** Offer the seats that became free to those who have waited longest. Answers how many were offered. */
export async function offerSeats(services: Services): Promise<number> {
  const { seats, db, log, registry } = services;
  let offered = 0;
  const waiting = await seats.waitlists();
  // A seat that an overloaded edge took back is no seat for the next one.
  if (waiting.length === 0 || !takesMore(await registry.list("edge"))) return 0;
  for (const webinarId of waiting) {
    const webinar = await findWebinar(db, webinarId);
    if (!webinar) continue;
    const chosen = await seats.offer(webinarId, { seats: webinar.seats, ttlMs: offerMs, absentMs });
    for (const id of chosen) {
      const participantId = ParticipantId.parse(id);
      const expiresAt = Date.now() + offerMs;
      await publishRoomEvent(
        services,
        webinarId,
        { type: "seat.offered", participantId, expiresAt },
        { to: participantId },
      );
    }
    if (chosen.length > 0) log.info({ webinarId, offered: chosen.length }, "seats were offered");
    offered += chosen.length;
  }
  return offered;
}
