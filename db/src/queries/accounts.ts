import type { Locale } from "@rostrum/protocol";
import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { invitations, magicLinks, memberships, organisations, sessions, users } from "../schema/index.ts";

export type MemberRole = (typeof memberships.$inferSelect)["role"];
/** Somebody signed in, in one of their organisations. */
export type User = {
  id: string;
  email: string;
  name: string;
  organisationId: string;
  /** A co-host is no member: somebody with a personal link, for one webinar. */
  role: MemberRole | "co-host";
  /** Theirs is this webinar only, whatever their role allows. */
  webinarId?: string;
};

export async function insertMagicLink(
  db: Executor,
  link: { tokenHash: string; email: string; next: string | null; expiresAt: Date },
): Promise<void> {
  await db.insert(magicLinks).values(link);
}

/** Use a link up. Undefined when it is unknown, used or too old: the three look the same to the caller. */
export async function consumeMagicLink(
  db: Executor,
  tokenHash: string,
  now: Date,
): Promise<{ email: string; next: string | null } | undefined> {
  const [link] = await db
    .update(magicLinks)
    .set({ usedAt: now })
    .where(and(eq(magicLinks.tokenHash, tokenHash), isNull(magicLinks.usedAt), gt(magicLinks.expiresAt, now)))
    .returning({ email: magicLinks.email, next: magicLinks.next });
  return link;
}

/**
 * The user with this address. Invitations of the address become memberships; a new user without one gets an organisation
 * of their own. They are in the one that invited them last, else the first they joined.
 */
export async function findOrCreateUser(db: Executor, email: string): Promise<User> {
  return db.transaction(async (tx) => {
    // Two links consumed at once for a new address must not make two people.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${email.toLowerCase()}))`);
    const known = await findUser(tx, sql`lower(${users.email}) = ${email.toLowerCase()}`);
    if (known) return (await acceptInvitations(tx, known)) ?? known;
    const name = email.split("@", 1)[0] ?? email;
    // Somebody who left every organisation has an account still.
    const [left] = await tx
      .select({ id: users.id })
      .from(users)
      .where(sql`lower(${users.email}) = ${email.toLowerCase()}`);
    const account = async () =>
      left ?? (await tx.insert(users).values({ email, name }).returning({ id: users.id }))[0];
    const [invited] = await tx
      .select({ id: invitations.id })
      .from(invitations)
      .where(invitedNow(email))
      .limit(1);
    if (invited) {
      const user = await account();
      const joined = user && (await acceptInvitations(tx, { id: user.id, email }));
      if (!joined) throw new Error("the invitation vanished");
      return joined;
    }
    const [organisation] = await tx
      .insert(organisations)
      .values({ name })
      .returning({ id: organisations.id });
    const user = await account();
    if (!organisation || !user) throw new Error("insert returned nothing");
    await tx.insert(memberships).values({ organisationId: organisation.id, userId: user.id, role: "owner" });
    return { id: user.id, email, name, organisationId: organisation.id, role: "owner" };
  });
}

const invitedNow = (email: string) =>
  and(eq(invitations.email, email.trim().toLowerCase()), gt(invitations.expiresAt, sql`now()`));

/** Make the address's invitations memberships. Answers the user in the newest of them; undefined when there was none. */
async function acceptInvitations(
  tx: Executor,
  { id, email }: Pick<User, "id" | "email">,
): Promise<User | undefined> {
  const taken = await tx.delete(invitations).where(invitedNow(email)).returning();
  const newest = taken.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).at(-1);
  if (!newest) return undefined;
  await tx
    .insert(memberships)
    .values(taken.map(({ organisationId, role }) => ({ organisationId, userId: id, role })))
    .onConflictDoNothing();
  return findUser(tx, sql`${users.id} = ${id} and ${memberships.organisationId} = ${newest.organisationId}`);
}

async function findUser(db: Executor, where: ReturnType<typeof sql>): Promise<User | undefined> {
  const [user] = await db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      organisationId: memberships.organisationId,
      role: memberships.role,
    })
    .from(users)
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .where(where)
    .orderBy(memberships.createdAt)
    .limit(1);
  return user;
}

export async function insertSession(
  db: Executor,
  session: { tokenHash: string; userId: string; organisationId?: string; expiresAt: Date },
): Promise<void> {
  await db.insert(sessions).values(session);
}

/** Whose session this is, in the organisation they work in now. */
export async function findSessionUser(db: Executor, tokenHash: string, now: Date): Promise<User | undefined> {
  const [user] = await db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      organisationId: memberships.organisationId,
      role: memberships.role,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)))
    .orderBy(
      desc(sql`coalesce(${memberships.organisationId} = ${sessions.organisationId}, false)`),
      memberships.createdAt,
    )
    .limit(1);
  return user;
}

/** The language that whoever has this session chose for their account. */
export async function findSessionLocale(
  db: Executor,
  tokenHash: string,
  now: Date,
): Promise<Locale | undefined> {
  const [user] = await db
    .select({ locale: users.locale })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)));
  return user?.locale ?? undefined;
}

export async function saveUserLocale(db: Executor, userId: string, locale: Locale): Promise<void> {
  await db.update(users).set({ locale }).where(eq(users.id, userId));
}

/** Work in another of one's organisations; false when it is none of theirs. */
export async function moveSession(db: Executor, tokenHash: string, organisationId: string): Promise<boolean> {
  const moved = await db
    .update(sessions)
    .set({ organisationId })
    .where(
      and(
        eq(sessions.tokenHash, tokenHash),
        sql`exists (select 1 from ${memberships} where ${memberships.userId} = ${sessions.userId} and ${memberships.organisationId} = ${organisationId})`,
      ),
    )
    .returning({ userId: sessions.userId });
  return moved.length > 0;
}

export async function deleteSession(db: Executor, tokenHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

/** Remove what has expired. */
export async function deleteExpiredCredentials(db: Executor, now: Date): Promise<void> {
  await db.delete(sessions).where(lt(sessions.expiresAt, now));
  await db.delete(invitations).where(lt(invitations.expiresAt, now));
  await db.delete(magicLinks).where(lt(magicLinks.expiresAt, new Date(now.getTime() - 24 * 3600_000)));
}
