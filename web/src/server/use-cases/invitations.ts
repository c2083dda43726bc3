import {
  findPanelist,
  listPanelists,
  type Panelist,
  queueMail,
  recordAudit,
  renewInvitation,
  revokeInvitation,
  savePanelist,
  type User,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { leaveRoom } from "./privacy.ts";

export type InvitationState = "invited" | "accepted" | "declined" | "revoked";

/** How an invitation to the stage stands. */
export function invitationState(
  panelist: Pick<Panelist, "acceptedAt" | "declinedAt" | "revokedAt">,
): InvitationState {
  if (panelist.revokedAt) return "revoked";
  if (panelist.declinedAt) return "declined";
  return panelist.acceptedAt ? "accepted" : "invited";
}

export const describePanelists = async (services: Services, webinar: Webinar) =>
  (await listPanelists(services.db, webinar.id))
    .filter(({ erasedAt }) => erasedAt === null)
    .map((panelist) => ({
      id: panelist.id,
      email: panelist.email,
      name: panelist.name,
      role: panelist.role,
      state: invitationState(panelist),
      invitedAt: panelist.invitedAt.getTime(),
    }));

type Guest = { email: string; name: string; role?: Panelist["role"] };

/** Invite somebody to the stage. Inviting an address again replaces its link, and what it is invited as. */
export async function invitePanelist(
  services: Services,
  webinar: Webinar,
  guest: Guest,
): Promise<{ id: string; link: string }> {
  const { token, hash } = newSecret();
  const { email, name, role = "panelist" } = guest;
  const panelist = await savePanelist(services.db, {
    webinarId: webinar.id,
    email,
    name,
    role,
    tokenHash: hash,
  });
  return { id: panelist.id, link: await mailLink(services, panelist, token) };
}

async function mailLink(services: Services, panelist: Panelist, token: string): Promise<string> {
  const link = `${services.config.PUBLIC_URL}/p/${token}`;
  await queueMail(services.db, {
    webinarId: panelist.webinarId,
    recipient: panelist.email,
    kind: panelist.role === "co-host" ? "co-host-invitation" : "panelist-invitation",
    payload: { link, name: panelist.name },
  });
  return link;
}

type Whom = { user: User; webinar: Webinar; panelistId: string };

const note = (services: Services, { user, panelistId }: Whom, action: string) =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: `invitation.${action}`,
    subject: panelistId,
  });

async function invited(services: Services, { webinar, panelistId }: Whom): Promise<Panelist> {
  const panelist = await findPanelist(services.db, webinar.id, panelistId);
  if (!panelist || panelist.erasedAt) throw new RostrumError("not-found", "There is no such invitation.");
  return panelist;
}

/** Mail a new link; the one before is worth nothing any more. */
export async function resend(services: Services, whom: Whom): Promise<void> {
  const panelist = await invited(services, whom);
  const { token, hash } = newSecret();
  if (!(await renewInvitation(services.db, panelist.id, hash)))
    throw new RostrumError("conflict", "This invitation was taken back. Invite them anew.");
  await mailLink(services, panelist, token);
  await note(services, whom, "sent-again");
}

/** Take it back: the link opens nothing, and whoever is on stage leaves it within seconds. */
export async function revoke(services: Services, whom: Whom): Promise<void> {
  const panelist = await invited(services, whom);
  await revokeInvitation(services.db, panelist.id);
  await leaveRoom(services, whom.webinar.id, [panelist.id]);
  await note(services, whom, "revoked");
}
