import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { apiKeys, users } from "../schema/index.ts";

export type ApiKey = typeof apiKeys.$inferSelect;

export async function insertApiKey(db: Executor, key: typeof apiKeys.$inferInsert): Promise<ApiKey> {
  const [row] = await db.insert(apiKeys).values(key).returning();
  if (!row) throw new Error("insert returned nothing");
  return row;
}

/** An organisation's keys that work, newest first. */
export async function listApiKeys(
  db: Executor,
  organisationId: string,
): Promise<(ApiKey & { createdByName: string })[]> {
  const rows = await db
    .select({ key: apiKeys, createdByName: users.name })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.createdBy))
    .where(and(eq(apiKeys.organisationId, organisationId), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt));
  return rows.map(({ key, createdByName }) => ({ ...key, createdByName }));
}

/** The key with this hash, while it works. Notes that it is used, once a minute. */
export async function touchApiKey(db: Executor, keyHash: string): Promise<ApiKey | undefined> {
  const [key] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.keyHash, keyHash), isNull(apiKeys.revokedAt)));
  if (key && (key.lastUsedAt === null || key.lastUsedAt.getTime() < Date.now() - 60_000))
    await db
      .update(apiKeys)
      .set({ lastUsedAt: sql`now()` })
      .where(
        and(
          eq(apiKeys.id, key.id),
          or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`)),
        ),
      );
  return key;
}

/** False when there is no such key that works. */
export async function revokeApiKey(db: Executor, organisationId: string, id: string): Promise<boolean> {
  const revoked = await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.organisationId, organisationId), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return revoked.length > 0;
}
