import { findWebinar, type User, type Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "./services.ts";

/** The webinar, if it belongs to the user's organisation, and for a guest if it is theirs; otherwise it does not exist. */
export async function ownedWebinar(services: Services, user: User, webinarId: string): Promise<Webinar> {
  const webinar = await findWebinar(services.db, webinarId);
  const isTheirs = user.webinarId === undefined || user.webinarId === webinar?.id;
  if (webinar?.organisationId !== user.organisationId || !isTheirs)
    throw new RostrumError("not-found", "There is no such webinar.");
  return webinar;
}
