import { and, asc, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { invitations, memberships, organisations, users } from "../schema/index.ts";
import type { MemberRole } from "./accounts.ts";

export type Member = { userId: string; email: string; name: string; role: MemberRole; since: Date };
export type Invitation = { id: string; email: string; role: MemberRole; expiresAt: Date };

export async function findOrganisation(
  db: Executor,
  id: string,
): Promise<typeof organisations.$inferSelect | undefined> {
  const [row] = await db.select().from(organisations).where(eq(organisations.id, id));
  return row;
}

/** The organisations somebody belongs to. */
export async function listOrganisations(
  db: Executor,
  userId: string,
): Promise<{ id: string; name: string; role: MemberRole }[]> {
  return db
    .select({ id: organisations.id, name: organisations.name, role: memberships.role })
    .from(memberships)
    .innerJoin(organisations, eq(organisations.id, memberships.organisationId))
    .where(eq(memberships.userId, userId))
    .orderBy(asc(memberships.createdAt));
}

export async function renameOrganisation(db: Executor, id: string, name: string): Promise<void> {
  await db.update(organisations).set({ name }).where(eq(organisations.id, id));
}

export async function saveEmbedOrigins(db: Executor, id: string, embedOrigins: string[]): Promise<void> {
  await db.update(organisations).set({ embedOrigins }).where(eq(organisations.id, id));
}

export async function listMembers(db: Executor, organisationId: string): Promise<Member[]> {
  return db
    .select({
      userId: users.id,
      email: users.email,
      name: users.name,
      role: memberships.role,
      since: memberships.createdAt,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(eq(memberships.organisationId, organisationId))
    .orderBy(asc(memberships.createdAt), asc(users.email));
}

export async function listInvitations(db: Executor, organisationId: string): Promise<Invitation[]> {
  return db
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .where(and(eq(invitations.organisationId, organisationId), sql`${invitations.expiresAt} > now()`))
    .orderBy(asc(invitations.createdAt));
}

/** Invite an address, or once more with another role. False when it is a member already. */
export async function saveInvitation(
  db: Executor,
  invitation: { organisationId: string; email: string; role: MemberRole; expiresAt: Date },
): Promise<boolean> {
  const email = invitation.email.trim().toLowerCase();
  const [member] = await db
    .select({ id: users.id })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(
      and(eq(memberships.organisationId, invitation.organisationId), sql`lower(${users.email}) = ${email}`),
    );
  if (member) return false;
  await db
    .insert(invitations)
    .values({ ...invitation, email })
    .onConflictDoUpdate({
      target: [invitations.organisationId, invitations.email],
      set: { role: invitation.role, expiresAt: invitation.expiresAt, createdAt: sql`now()` },
    });
  return true;
}

/** False when there is no such invitation. */
export async function deleteInvitation(db: Executor, organisationId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(invitations)
    .where(and(eq(invitations.organisationId, organisationId), eq(invitations.id, id)))
    .returning({ id: invitations.id });
  return gone.length > 0;
}

export type MemberChange = "done" | "unknown" | "last-owner";

/**
 * Give a member another role, or none (`undefined`): they leave. One change of an organisation at a time, so that two
 * owners who leave together do not leave it without one.
 */
export async function changeMember(
  db: Executor,
  who: { organisationId: string; userId: string },
  role: MemberRole | undefined,
): Promise<MemberChange> {
  const { organisationId, userId } = who;
  return db.transaction(async (tx) => {
    await tx
      .select({ id: organisations.id })
      .from(organisations)
      .where(eq(organisations.id, organisationId))
      .for("update");
    const members = await tx.select().from(memberships).where(eq(memberships.organisationId, organisationId));
    const member = members.find((each) => each.userId === userId);
    if (!member) return "unknown";
    const owners = members.filter((each) => each.role === "owner");
    if (member.role === "owner" && role !== "owner" && owners.length === 1) return "last-owner";
    const own = and(eq(memberships.organisationId, organisationId), eq(memberships.userId, userId));
    if (role) await tx.update(memberships).set({ role }).where(own);
    else await tx.delete(memberships).where(own);
    return "done";
  });
}
