import { listPresent, setRemoved, type User, type Webinar, whyOut } from "@rostrum/db";
import { ParticipantId, RostrumError } from "@rostrum/protocol";
import { publishRoomEvent } from "../room-events.ts";
import type { Services } from "../services.ts";
import { lower } from "./hands.ts";
import { leaveRoom, pseudonym } from "./privacy.ts";

/** More than so many at once are found by reading the room again, which costs one message for all. */
const namedOneByOne = 20;
/** People that a list shows; the search finds the others. */
const listed = 100;

const outTexts = {
  host: "The host has removed you from this webinar.",
  erased: "You are no longer registered for this webinar.",
  unregistered: "You are no longer registered for this webinar.",
} as const;

/** Throws permission.denied for somebody whom a host has removed. */
export function refuseRemoved({ removedAt }: { removedAt: Date | null }): void {
  if (removedAt) throw new RostrumError("permission.denied", outTexts.host);
}

/** Throws permission.denied or token.invalid for who was removed, erased, cancelled or turned away meanwhile. */
export async function refuseOut(services: Services, participantId: string): Promise<void> {
  const why = await whyOut(services.db, participantId);
  if (why) throw new RostrumError(why === "host" ? "permission.denied" : "token.invalid", outTexts[why]);
}

/**
 * Put people out of a room who may not be there any more, by what is stored already: their connections are closed within
 * a second, their hands taken down, and they are not let in again by a token that they hold. Never throws.
 */
export async function putOut(
  services: Services,
  webinar: Pick<Webinar, "id" | "phase">,
  participantIds: readonly string[],
): Promise<void> {
  if (participantIds.length === 0 || webinar.phase === "ended" || webinar.phase === "draft") return;
  if (participantIds.length > namedOneByOne) return leaveRoom(services, webinar.id, [...participantIds]);
  await services.removed
    .add(webinar.id, participantIds)
    .catch((error: unknown) =>
      services.log.warn(
        { err: error, webinarId: webinar.id },
        "media nodes do not know who may not come back",
      ),
    );
  for (const id of participantIds) {
    const participantId = ParticipantId.parse(id);
    await lower(services, webinar.id, id).catch(() => undefined);
    await publishRoomEvent(
      services,
      webinar.id,
      { type: "participant.removed", participantId },
      { to: participantId },
    );
  }
}

/** They may be in the room again. While Redis is away they are kept out by media nodes for some hours at most. */
export async function letIn(services: Services, webinarId: string, ids: readonly string[]): Promise<void> {
  await services.removed
    .readmit(webinarId, ids)
    .catch((error: unknown) =>
      services.log.warn({ err: error, webinarId }, "media nodes may refuse somebody"),
    );
}

/** Who is in the room, and who was removed from it. */
export const whoIsThere = (services: Services, webinar: Webinar, search?: string) =>
  listPresent(services.db, { webinarId: webinar.id, limit: listed, ...(search ? { search } : {}) });

/** Remove an attendee until they are let back in, or let them. Doing it again changes nothing. Throws not-found. */
export async function setAttendeeRemoved(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  { registrationId, removed }: { registrationId: string; removed: boolean },
): Promise<void> {
  const changed = await setRemoved(
    services.db,
    { webinarId: webinar.id, registrationId, removed },
    {
      organisationId: user.organisationId,
      actorId: user.id,
      subject: (key) => pseudonym(services, user.organisationId, key),
    },
  );
  if (changed === undefined) throw new RostrumError("not-found", "There is no such attendee.");
  // Also when it was so already: an earlier attempt may not have reached the room.
  if (removed) await putOut(services, webinar, [registrationId]);
  else await letIn(services, webinar.id, [registrationId]);
}
