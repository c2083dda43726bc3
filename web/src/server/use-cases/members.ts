import {
  changeMember,
  deleteInvitation,
  findOrganisation,
  listInvitations,
  listMembers,
  type MemberRole,
  queueMail,
  recordAudit,
  saveInvitation,
  type User,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "../services.ts";
import { invitationMs, mintMagicLink } from "./sign-in.ts";

/** Who belongs to the organisation, and who is asked to. */
export async function describeMembers(services: Services, user: User) {
  const { organisationId } = user;
  const members = await listMembers(services.db, organisationId);
  const invited = await listInvitations(services.db, organisationId);
  return {
    members: members.map(({ since, ...member }) => ({
      ...member,
      since: since.getTime(),
      isYou: member.userId === user.id,
    })),
    invited: invited.map(({ expiresAt, ...invitation }) => ({
      ...invitation,
      expiresAt: expiresAt.getTime(),
    })),
  };
}

/** Mail a link that signs in and joins; inviting an address again changes the role and mails a new one. */
export async function inviteMember(
  services: Services,
  user: User,
  { email, role }: { email: string; role: MemberRole },
): Promise<void> {
  const { organisationId } = user;
  const expiresAt = new Date(Date.now() + invitationMs);
  if (!(await saveInvitation(services.db, { organisationId, email, role, expiresAt })))
    throw new RostrumError("conflict", "This address is a member already: change the role in the list.", {
      field: "email",
    });
  const organisation = await findOrganisation(services.db, organisationId);
  await queueMail(services.db, {
    webinarId: null,
    recipient: email.trim(),
    kind: "member-invitation",
    payload: {
      link: await mintMagicLink(services, email, "/console", invitationMs),
      name: user.name,
      text: organisation?.name ?? "",
      reason: role,
    },
  });
  await audit(services, user, "member.invited", { email, role });
}

export async function withdrawInvitation(services: Services, user: User, id: string): Promise<void> {
  if (!(await deleteInvitation(services.db, user.organisationId, id)))
    throw new RostrumError("not-found", "There is no such invitation.");
  await audit(services, user, "member.uninvited", { id });
}

/** Another role, or out (`undefined`). Throws conflict for the last owner, not-found for who is no member. */
export async function moveMember(
  services: Services,
  user: User,
  { userId, role }: { userId: string; role: MemberRole | undefined },
): Promise<void> {
  const changed = await changeMember(services.db, { organisationId: user.organisationId, userId }, role);
  if (changed === "unknown") throw new RostrumError("not-found", "There is no such member.");
  if (changed === "last-owner")
    throw new RostrumError("conflict", "An organisation needs an owner: make somebody else one first.", {
      field: "role",
    });
  await audit(services, user, role ? "member.changed" : "member.removed", { userId, role: role ?? null });
}

const audit = (services: Services, user: User, action: string, details: Record<string, unknown>) =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action,
    subject: user.organisationId,
    details,
  });
