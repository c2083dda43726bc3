import { requestResync } from "@rostrum/db";
import {
  type ParticipantId,
  type RoomEventBody,
  RoomEventDraft,
  roomLogKey,
  WebinarId,
} from "@rostrum/protocol";
import { handMark } from "./programme-marks.ts";
import type { Services } from "./services.ts";

type RoomAudience = "all" | "hosts" | { hostsAnd: ParticipantId } | { to: ParticipantId };

function addressed(audience: RoomAudience): Pick<RoomEventDraft, "audience" | "to"> {
  if (typeof audience === "string") return { audience };
  if ("to" in audience) return { audience: "participant", to: audience.to };
  return { audience: "hosts", to: audience.hostsAnd };
}

/**
 * Tell a room what has been stored. Called after the commit; the database is the truth and nothing is undone when the
 * log cannot be written: the room is noted as owed, and the jobs process gives its log a new epoch, so that everyone who
 * follows it reads the room again. A web process that starts notes every room that somebody may be in, in case its
 * predecessor ended between a commit and its event. Never throws.
 */
export async function publishRoomEvent(
  services: Services,
  webinarId: string,
  body: RoomEventBody,
  audience: RoomAudience = "all",
): Promise<void> {
  await handMark(services, webinarId, body);
  try {
    const event = RoomEventDraft.parse({
      webinarId: WebinarId.parse(webinarId),
      at: Date.now(),
      ...addressed(audience),
      body,
    });
    await services.events.append(roomLogKey(webinarId), event);
  } catch (error) {
    services.log.warn({ err: error, webinarId, type: body.type }, "a room event could not be published");
    await requestResync(services.db, webinarId).catch((fault: unknown) =>
      services.log.error({ err: fault, webinarId }, "a room may lack an event until it is read again"),
    );
  }
}

/** Tell how a thing of the room is now, however many changes brought it there (see Announcer). */
export function announce(
  services: Services,
  webinarId: string,
  key: string,
  read: () => Promise<{ body: RoomEventBody; audience?: RoomAudience } | undefined>,
): Promise<void> {
  return services.announcer.announce(key, read, ({ body, audience }) =>
    publishRoomEvent(services, webinarId, body, audience),
  );
}
