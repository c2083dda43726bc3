import type { User, Webinar } from "@rostrum/db";
import { EntityId, RostrumError } from "@rostrum/protocol";
import { ownedWebinar } from "./owned-webinar.ts";
import { type HostRoute, requirePermission, routePermissions } from "./permissions.ts";
import type { Services } from "./services.ts";
import { currentUser } from "./session.ts";

/** Who calls an address that is no procedure: signed in, with a role that may. Throws session.required, permission.denied. */
export async function requireMember(services: Services, request: Request, route: HostRoute): Promise<User> {
  const user = await currentUser(services, request.headers);
  if (!user) throw new RostrumError("session.required", "Please sign in.");
  requirePermission(user, routePermissions[route]);
  return user;
}

/**
 * Who calls an address that is no procedure, and the webinar it names: signed in, with a role that may, in the webinar's
 * organisation. Throws session.required, permission.denied, not-found.
 */
export async function requireHost(
  services: Services,
  request: Request,
  { route, webinarId }: { route: HostRoute; webinarId: string },
): Promise<{ user: User; webinar: Webinar }> {
  const user = await requireMember(services, request, route);
  const id = EntityId.safeParse(webinarId);
  if (!id.success) throw new RostrumError("not-found", "There is no such webinar.");
  return { user, webinar: await ownedWebinar(services, user, id.data) };
}
