import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { magicLinks, memberships, organisations, sessions, users } from "../schema/index.ts";

export type User = { id: string; email: string; name: string; organisationId: string };

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

/** The user with this address; a new one gets an organisation of their own. */
export async function findOrCreateUser(db: Executor, email: string): Promise<User> {
  return db.transaction(async (tx) => {
    // Two links consumed at once for a new address must not make two people.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${email.toLowerCase()}))`);
    const known = await findUser(tx, sql`lower(${users.email}) = ${email.toLowerCase()}`);
    if (known) return known;
    const name = email.split("@", 1)[0] ?? email;
    const [organisation] = await tx
      .insert(organisations)
      .values({ name })
      .returning({ id: organisations.id });
    const [user] = await tx.insert(users).values({ email, name }).returning({ id: users.id });
    if (!organisation || !user) throw new Error("insert returned nothing");
    await tx.insert(memberships).values({ organisationId: organisation.id, userId: user.id, role: "owner" });
    return { id: user.id, email, name, organisationId: organisation.id };
  });
}

async function findUser(db: Executor, where: ReturnType<typeof sql>): Promise<User | undefined> {
  const [user] = await db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      organisationId: memberships.organisationId,
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
  session: { tokenHash: string; userId: string; expiresAt: Date },
): Promise<void> {
  await db.insert(sessions).values(session);
}

export async function findSessionUser(db: Executor, tokenHash: string, now: Date): Promise<User | undefined> {
  const [session] = await db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)));
  return session ? findUser(db, sql`${users.id} = ${session.userId}`) : undefined;
}

export async function deleteSession(db: Executor, tokenHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

/** Remove what has expired. */
export async function deleteExpiredCredentials(db: Executor, now: Date): Promise<void> {
  await db.delete(sessions).where(lt(sessions.expiresAt, now));
  await db.delete(magicLinks).where(lt(magicLinks.expiresAt, new Date(now.getTime() - 24 * 3600_000)));
}
