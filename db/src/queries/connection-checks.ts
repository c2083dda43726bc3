import { and, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { connectionChecks, registrations } from "../schema/index.ts";

export type ConnectionCheck = Omit<typeof connectionChecks.$inferInsert, "checkedAt">;

/** Keep the last test of a registrant's connection. */
export async function saveConnectionCheck(db: Executor, row: ConnectionCheck): Promise<void> {
  const { registrationId, ...found } = row;
  await db
    .insert(connectionChecks)
    .values({ registrationId, ...found })
    .onConflictDoUpdate({
      target: connectionChecks.registrationId,
      set: { ...found, checkedAt: sql`now()` },
    });
}

export type CheckCounts = { registered: number; tested: number } & Record<
  "good" | "fair" | "limited" | "bad" | "udpBlocked" | "slow",
  number
>;

/** How those who have a place will get on, as far as they tested. */
export async function countConnectionChecks(db: Executor, webinarId: string): Promise<CheckCounts> {
  const count = (condition: ReturnType<typeof sql>) => sql<number>`count(*) filter (where ${condition})::int`;
  const is = (verdict: string) => count(sql`${connectionChecks.verdict} = ${verdict}`);
  const has = (finding: string) => count(sql`${connectionChecks.findings} ? ${finding}`);
  const [row] = await db
    .select({
      registered: sql<number>`count(*)::int`,
      tested: sql<number>`count(${connectionChecks.registrationId})::int`,
      good: is("good"),
      fair: is("fair"),
      limited: is("limited"),
      bad: is("bad"),
      udpBlocked: has("udp-blocked"),
      slow: has("slow"),
    })
    .from(registrations)
    .leftJoin(connectionChecks, eq(connectionChecks.registrationId, registrations.id))
    .where(and(eq(registrations.webinarId, webinarId), eq(registrations.status, "registered")));
  if (!row) throw new Error("a count returned nothing");
  return row;
}
