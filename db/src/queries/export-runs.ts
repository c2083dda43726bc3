import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import type { DeliveredObject } from "../schema/delivery.ts";
import { exportRuns, exportSchedules, webhookOutbox, webinars } from "../schema/index.ts";
import type { ExportSchedule } from "./export-schedules.ts";
import type { Webinar } from "./webinars.ts";

export type ExportRun = typeof exportRuns.$inferSelect;
/** Attempts that the log of one delivery keeps. */
const keptAttempts = 20;
/** The log is kept this long, ms. */
const memoryMs = 90 * 24 * 3600_000;

/**
 * Queue what is due at `now`, each once: after the end of a webinar that went live, within a week of that moment; and
 * daily, from a month before a webinar begins until a week after it is over. Nothing that was due before the schedule was
 * made or after somebody switched it off. Answers how many.
 */
export async function queueDueExports(db: Executor, now: Date): Promise<number> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const theirs = sql`join webinars w on w.organisation_id = s.organisation_id and (s.webinar_id is null or s.webinar_id = w.id)`;
  const afterEnd = (await db.execute(sql`
    insert into export_runs (schedule_id, webinar_id, occasion)
    select s.id, w.id, 'ended' from export_schedules s ${theirs}
    where s.disabled_at is null and s.hours_after_end is not null and w.live_at is not null
      and w.ended_at + s.hours_after_end * interval '1 hour' between greatest(s.created_at, ${at} - interval '7 days') and ${at}
      and w.purged_at is null
    on conflict do nothing returning id`)) as unknown as unknown[];
  const moment = sql`(date_trunc('day', ${at} at time zone 'UTC') + s.daily_minute * interval '1 minute') at time zone 'UTC'`;
  const over = sql`coalesce(w.ended_at, w.starts_at + w.duration_minutes * interval '1 minute')`;
  const daily = (await db.execute(sql`
    insert into export_runs (schedule_id, webinar_id, occasion)
    select s.id, w.id, 'daily:' || to_char(${at} at time zone 'UTC', 'YYYY-MM-DD') from export_schedules s ${theirs}
    where s.disabled_at is null and s.daily_minute is not null and ${moment} between s.created_at and ${at}
      and w.starts_at < ${at} + interval '31 days' and ${over} > ${at} - interval '7 days'
      and w.cancelled_at is null and w.purged_at is null
    on conflict do nothing returning id`)) as unknown as unknown[];
  return afterEnd.length + daily.length;
}

/** Queue one by hand. */
export async function queueExportRun(
  db: Executor,
  run: Pick<ExportRun, "scheduleId" | "webinarId" | "occasion">,
): Promise<string> {
  const [row] = await db.insert(exportRuns).values(run).returning({ id: exportRuns.id });
  if (!row) throw new Error("insert returned nothing");
  return row.id;
}

/**
 * Somebody of the webinar was erased: what was written to buckets is written anew under its names, without them. Also by a
 * schedule that is switched off meanwhile. Inside the transaction that erases.
 */
export async function queueErasedExports(tx: Executor, webinarId: string): Promise<void> {
  await tx.execute(sql`
    insert into export_runs (schedule_id, webinar_id, occasion, objects)
    select r.schedule_id, r.webinar_id, 'erased:' || gen_random_uuid(), jsonb_agg(distinct o)
    from export_runs r join export_schedules s on s.id = r.schedule_id
    cross join lateral jsonb_array_elements(r.objects) o
    where r.webinar_id = ${webinarId} and s.bucket is not null
    group by r.schedule_id, r.webinar_id`);
}

export type ClaimedExport = { run: ExportRun; schedule: ExportSchedule; webinar: Webinar };

/**
 * Take the next run that is due, for `leaseMs`; when the taker dies somebody else takes it then. One at a time and in their
 * order for each schedule and webinar, so that what is written anew after an erasure is written last.
 */
export async function claimExportRun(
  db: Executor,
  { claim, now, leaseMs }: { claim: string; now: Date; leaseMs: number },
): Promise<ClaimedExport | undefined> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const [taken] = (await db.execute(sql`
    update export_runs set claim = ${claim}::uuid, claimed_until = ${new Date(now.getTime() + leaseMs).toISOString()}::timestamptz
    where id = (
      select r.id from export_runs r join export_schedules s on s.id = r.schedule_id
      where r.delivered_at is null and r.failed_at is null and r.next_attempt_at <= ${at}
        and (r.claimed_until is null or r.claimed_until <= ${at})
        and (s.disabled_at is null or r.occasion like 'erased:%' or r.occasion like 'hand:%')
        and not exists (
          select 1 from export_runs e where e.schedule_id = r.schedule_id and e.webinar_id = r.webinar_id and e.id <> r.id
            and e.delivered_at is null and e.failed_at is null and e.claimed_until > ${at})
      order by r.next_attempt_at, r.created_at limit 1 for update of r skip locked)
    returning id`)) as unknown as { id: string }[];
  if (!taken) return undefined;
  const [row] = await db
    .select({ run: exportRuns, schedule: exportSchedules, webinar: webinars })
    .from(exportRuns)
    .innerJoin(exportSchedules, eq(exportSchedules.id, exportRuns.scheduleId))
    .innerJoin(webinars, eq(webinars.id, exportRuns.webinarId))
    .where(and(eq(exportRuns.id, taken.id), eq(exportRuns.claim, claim)));
  return row;
}

/** Before the first byte is written: an erasure meanwhile must know what is. */
export async function noteObjects(db: Executor, run: ExportRun, objects: DeliveredObject[]): Promise<void> {
  await db.update(exportRuns).set({ objects }).where(eq(exportRuns.id, run.id));
}

export type ExportOutcome = { startedAt: Date; durationMs: number; error: string } & (
  | { result: "delivered"; bytes: number; deliveryId?: string }
  | { result: "retry"; at: Date }
  | { result: "failed" }
);

/** Note what became of an attempt. False when somebody else has taken it meanwhile. */
export async function settleExportRun(
  db: Executor,
  run: ExportRun,
  outcome: ExportOutcome,
): Promise<boolean> {
  const { startedAt, durationMs, error, result } = outcome;
  const done = new Date(startedAt.getTime() + durationMs);
  const log = [...run.log, { at: startedAt.toISOString(), durationMs, error }].slice(-keptAttempts);
  const settled = await db
    .update(exportRuns)
    .set({
      attempts: run.attempts + 1,
      claim: null,
      claimedUntil: null,
      log,
      ...(result === "delivered"
        ? { deliveredAt: done, bytes: outcome.bytes, deliveryId: outcome.deliveryId ?? null }
        : {}),
      ...(result === "retry" ? { nextAttemptAt: outcome.at } : {}),
      ...(result === "failed" ? { failedAt: done } : {}),
    })
    .where(and(eq(exportRuns.id, run.id), eq(exportRuns.claim, run.claim ?? "")))
    .returning({ id: exportRuns.id });
  return settled.length > 0;
}

/** A run as the log shows it. `message`: what became of the webhook that tells its links. */
export type LoggedRun = ExportRun & {
  webinarTitle: string;
  message: { deliveredAt: Date | null; failedAt: Date | null; attempts: number | null } | null;
};

const logged = {
  run: exportRuns,
  webinarTitle: webinars.title,
  messageId: webhookOutbox.id,
  deliveredAt: webhookOutbox.deliveredAt,
  failedAt: webhookOutbox.failedAt,
  attempts: webhookOutbox.attempts,
};

export async function listExportRuns(db: Executor, scheduleId: string, limit: number): Promise<LoggedRun[]> {
  const rows = await db
    .select(logged)
    .from(exportRuns)
    .innerJoin(webinars, eq(webinars.id, exportRuns.webinarId))
    .leftJoin(webhookOutbox, eq(webhookOutbox.id, exportRuns.deliveryId))
    .where(eq(exportRuns.scheduleId, scheduleId))
    .orderBy(desc(exportRuns.createdAt), desc(exportRuns.id))
    .limit(limit);
  return rows.map(({ run, webinarTitle, messageId, ...message }) => ({
    ...run,
    webinarTitle,
    message: messageId ? message : null,
  }));
}

/** A run that links point to, with all that opening one needs. */
export async function findLinkedRun(
  db: Executor,
  id: string,
): Promise<(ClaimedExport & { message: { deliveredAt: Date | null; failedAt: Date | null } }) | undefined> {
  const [row] = await db
    .select({
      run: exportRuns,
      schedule: exportSchedules,
      webinar: webinars,
      message: { deliveredAt: webhookOutbox.deliveredAt, failedAt: webhookOutbox.failedAt },
    })
    .from(exportRuns)
    .innerJoin(exportSchedules, eq(exportSchedules.id, exportRuns.scheduleId))
    .innerJoin(webinars, eq(webinars.id, exportRuns.webinarId))
    .innerJoin(webhookOutbox, eq(webhookOutbox.id, exportRuns.deliveryId))
    .where(eq(exportRuns.id, id));
  return row;
}

export async function deleteOldExportRuns(db: Executor, now: Date): Promise<void> {
  const limit = new Date(now.getTime() - memoryMs);
  // What is in a bucket is remembered as long as people may want to be forgotten there.
  await db
    .delete(exportRuns)
    .where(and(lt(exportRuns.createdAt, limit), sql`${exportRuns.objects} = '[]'::jsonb`));
}
