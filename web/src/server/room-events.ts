import {
  type EventAudience,
  type RoomEventBody,
  RoomEventDraft,
  roomLogKey,
  WebinarId,
} from "@rostrum/protocol";
import type { Services } from "./services.ts";

/**
 * Tell a room what has been stored. Called after the commit; the database is the truth, so an event that is lost with
 * Redis is in the next snapshot and nothing is undone for it.
 */
export async function publishRoomEvent(
  services: Services,
  webinarId: string,
  body: RoomEventBody,
  audience: EventAudience = "all",
): Promise<void> {
  const event = RoomEventDraft.parse({
    webinarId: WebinarId.parse(webinarId),
    at: Date.now(),
    audience,
    body,
  });
  try {
    await services.events.append(roomLogKey(webinarId), event);
  } catch (error) {
    services.log.warn({ err: error, webinarId, type: body.type }, "a room event could not be published");
  }
}
