import { eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { organisations, webinars } from "../schema/index.ts";
import type { Webinar } from "./webinars.ts";

export async function readRetention(db: Executor, organisationId: string): Promise<number | null> {
  const [row] = await db
    .select({ days: organisations.retentionDays })
    .from(organisations)
    .where(eq(organisations.id, organisationId));
  return row?.days ?? null;
}

export async function saveRetention(
  db: Executor,
  organisationId: string,
  days: number | null,
): Promise<void> {
  await db.update(organisations).set({ retentionDays: days }).where(eq(organisations.id, organisationId));
}

export async function saveWebinarRetention(
  db: Executor,
  webinarId: string,
  days: number | null,
): Promise<void> {
  await db.update(webinars).set({ retentionDays: days }).where(eq(webinars.id, webinarId));
}

/** When a webinar was over: when it ended, or when it would have, if nobody ever went live. */
const over = sql`coalesce(${webinars.endedAt}, ${webinars.startsAt} + ${webinars.durationMinutes} * interval '1 minute')`;

/** Webinars whose time of keeping people's data has passed at `now`, oldest first. */
export async function listDuePurges(db: Executor, now: Date): Promise<Webinar[]> {
  const rows = await db
    .select({ webinar: webinars })
    .from(webinars)
    .innerJoin(organisations, eq(organisations.id, webinars.organisationId))
    .where(
      sql`${webinars.purgedAt} is null and ${webinars.phase} <> 'live'
        and ${over} + coalesce(${webinars.retentionDays}, ${organisations.retentionDays}) * interval '1 day' <= ${now.toISOString()}::timestamptz`,
    )
    .orderBy(over)
    .limit(50);
  return rows.map(({ webinar }) => webinar);
}

export async function markPurged(db: Executor, webinarId: string, at: Date): Promise<void> {
  await db.update(webinars).set({ purgedAt: at }).where(eq(webinars.id, webinarId));
}
