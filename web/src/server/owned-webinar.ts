import { findWebinar, type User, type Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "./services.ts";

/** The webinar, if it belongs to the user's organisation; otherwise it does not exist for them. */
export async function ownedWebinar(services: Services, user: User, webinarId: string): Promise<Webinar> {
  const webinar = await findWebinar(services.db, webinarId);
  if (webinar?.organisationId !== user.organisationId)
    throw new RostrumError("not-found", "There is no such webinar.");
  return webinar;
}
