import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import {
  webhookAttempts,
  webhookEndpoints,
  webhookOutbox,
  webhookWrapUps,
  webinars,
} from "../schema/index.ts";
import type { Webinar } from "./webinars.ts";

export type WebhookEndpoint = typeof webhookEndpoints.$inferSelect;
export type WebhookDelivery = typeof webhookOutbox.$inferSelect;
export type WebhookAttempt = typeof webhookAttempts.$inferSelect;

/** Deliveries that one endpoint gets at a time, about: a slow one must not keep the others from theirs. */
const perEndpoint = 4;
/** The log is kept this long, ms. */
const logMemoryMs = 30 * 24 * 3600_000;
/** What failed not longer ago than this is not tried at once when the endpoint answers again, ms. */
const recoveryMs = 60_000;

export async function insertEndpoint(
  db: Executor,
  endpoint: typeof webhookEndpoints.$inferInsert,
): Promise<WebhookEndpoint> {
  const [row] = await db.insert(webhookEndpoints).values(endpoint).returning();
  if (!row) throw new Error("insert returned nothing");
  return row;
}

/** An organisation's endpoints, with how many deliveries wait and when the last arrived. */
export async function listEndpoints(
  db: Executor,
  organisationId: string,
): Promise<(WebhookEndpoint & { waiting: number; lastDeliveredAt: Date | null })[]> {
  const rows = await db
    .select({
      endpoint: webhookEndpoints,
      waiting: sql<number>`(select count(*)::int from webhook_outbox o where o.endpoint_id = "webhook_endpoints"."id" and o.delivered_at is null and o.failed_at is null)`,
      lastDeliveredAt: sql<
        string | null
      >`(select max(o.delivered_at) from webhook_outbox o where o.endpoint_id = "webhook_endpoints"."id")`,
    })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.organisationId, organisationId))
    .orderBy(asc(webhookEndpoints.createdAt));
  return rows.map(({ endpoint, waiting, lastDeliveredAt }) => ({
    ...endpoint,
    waiting,
    lastDeliveredAt: lastDeliveredAt ? new Date(lastDeliveredAt) : null,
  }));
}

/** The endpoint, if it is this organisation's. */
export async function findEndpoint(
  db: Executor,
  organisationId: string,
  id: string,
): Promise<WebhookEndpoint | undefined> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.organisationId, organisationId)));
  return row;
}

export async function updateEndpoint(
  db: Executor,
  id: string,
  change: Partial<Omit<WebhookEndpoint, "id" | "organisationId" | "createdAt">>,
): Promise<void> {
  await db.update(webhookEndpoints).set(change).where(eq(webhookEndpoints.id, id));
}

export async function deleteEndpoint(db: Executor, id: string): Promise<void> {
  await db.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id));
}

/** Queue a message to one endpoint, outside of any order. */
export async function queueDelivery(
  db: Executor,
  delivery: Pick<WebhookDelivery, "messageId" | "endpointId" | "event" | "payload"> &
    Partial<Pick<WebhookDelivery, "webinarId" | "registrationId">>,
): Promise<string> {
  const [row] = await db
    .insert(webhookOutbox)
    .values({ ...delivery, orderKey: sql`gen_random_uuid()::text`, byHand: true })
    .returning({ id: webhookOutbox.id });
  if (!row) throw new Error("insert returned nothing");
  return row.id;
}

type Page = { endpointId: string; before?: number; limit: number; failing?: boolean };

/** An endpoint's deliveries, newest first. */
export async function listDeliveries(db: Executor, page: Page): Promise<WebhookDelivery[]> {
  return db
    .select()
    .from(webhookOutbox)
    .where(
      and(
        eq(webhookOutbox.endpointId, page.endpointId),
        page.before === undefined ? undefined : lt(webhookOutbox.seq, page.before),
        page.failing ? and(isNull(webhookOutbox.deliveredAt), gt(webhookOutbox.attempts, 0)) : undefined,
      ),
    )
    .orderBy(desc(webhookOutbox.seq))
    .limit(page.limit);
}

export async function findDelivery(
  db: Executor,
  endpointId: string,
  id: string,
): Promise<(WebhookDelivery & { log: WebhookAttempt[] }) | undefined> {
  const [row] = await db
    .select()
    .from(webhookOutbox)
    .where(and(eq(webhookOutbox.id, id), eq(webhookOutbox.endpointId, endpointId)));
  if (!row) return undefined;
  const log = await db
    .select()
    .from(webhookAttempts)
    .where(eq(webhookAttempts.deliveryId, id))
    .orderBy(desc(webhookAttempts.startedAt))
    .limit(30);
  return { ...row, log };
}

export type ClaimedDelivery = { delivery: WebhookDelivery; endpoint: WebhookEndpoint };

/**
 * Take the next delivery that is due, for `leaseMs`: nobody else takes it meanwhile, and when the taker dies somebody
 * does afterwards. Never one that has an earlier one of the same thing before it. Any number of workers at once.
 */
export async function claimDelivery(
  db: Executor,
  { claim, now, leaseMs }: { claim: string; now: Date; leaseMs: number },
): Promise<ClaimedDelivery | undefined> {
  const at = now.toISOString();
  const rows = (await db.execute(sql`
    with busy as (
      select endpoint_id, count(*) as claimed from webhook_outbox
      where delivered_at is null and failed_at is null and claimed_until > ${at}::timestamptz
      group by endpoint_id
    )
    update webhook_outbox set claim = ${claim}::uuid, claimed_until = ${new Date(now.getTime() + leaseMs).toISOString()}::timestamptz
    where id = (
      select d.id from webhook_outbox d
      join webhook_endpoints p on p.id = d.endpoint_id and p.disabled_at is null
      left join busy on busy.endpoint_id = d.endpoint_id
      where d.delivered_at is null and d.failed_at is null
        and d.next_attempt_at <= ${at}::timestamptz
        and (d.claimed_until is null or d.claimed_until <= ${at}::timestamptz)
        and coalesce(busy.claimed, 0) < ${perEndpoint}
        and not exists (
          select 1 from webhook_outbox e
          where e.endpoint_id = d.endpoint_id and e.order_key = d.order_key and e.seq < d.seq
            and e.delivered_at is null and e.failed_at is null
        )
      order by d.next_attempt_at, d.seq
      limit 1
      for update of d skip locked
    )
    returning id`)) as unknown as { id: string }[];
  const [taken] = rows;
  if (!taken) return undefined;
  const [row] = await db
    .select({ delivery: webhookOutbox, endpoint: webhookEndpoints })
    .from(webhookOutbox)
    .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, webhookOutbox.endpointId))
    .where(and(eq(webhookOutbox.id, taken.id), eq(webhookOutbox.claim, claim)));
  return row;
}

export type DeliveryOutcome = {
  startedAt: Date;
  durationMs: number;
  status: number | null;
  excerpt: string;
} & ({ result: "delivered" } | { result: "retry"; at: Date } | { result: "failed" } | { result: "gone" });

/**
 * Note what became of an attempt, unless somebody else has taken the delivery meanwhile. One that arrived after failures
 * calls the others that wait for their next attempt: the endpoint is back. One that is gone for good (410) disables it.
 */
export async function settleDelivery(
  db: Executor,
  { delivery }: ClaimedDelivery,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  const { startedAt, durationMs, status, excerpt, result } = outcome;
  const done = new Date(startedAt.getTime() + durationMs);
  return db.transaction(async (tx) => {
    const settled = await tx
      .update(webhookOutbox)
      .set({
        attempts: sql`${webhookOutbox.attempts} + 1`,
        lastAttemptAt: startedAt,
        lastStatus: status,
        claim: null,
        claimedUntil: null,
        ...(result === "delivered" ? { deliveredAt: done } : {}),
        ...(result === "retry" ? { nextAttemptAt: outcome.at } : {}),
        ...(result === "failed" || result === "gone" ? { failedAt: done } : {}),
      })
      .where(and(eq(webhookOutbox.id, delivery.id), eq(webhookOutbox.claim, delivery.claim ?? "")))
      .returning({ id: webhookOutbox.id });
    if (settled.length === 0) return false;
    await tx
      .insert(webhookAttempts)
      .values({ deliveryId: delivery.id, startedAt, durationMs, status, excerpt });
    if (result === "gone")
      await tx
        .update(webhookEndpoints)
        .set({ disabledAt: done, disabledReason: "It answered 410: nobody is there any more." })
        .where(eq(webhookEndpoints.id, delivery.endpointId));
    if (result === "delivered" && delivery.attempts > 0)
      await tx
        .update(webhookOutbox)
        .set({ nextAttemptAt: done })
        .where(
          and(
            eq(webhookOutbox.endpointId, delivery.endpointId),
            isNull(webhookOutbox.deliveredAt),
            isNull(webhookOutbox.failedAt),
            gt(webhookOutbox.nextAttemptAt, done),
            lt(webhookOutbox.lastAttemptAt, new Date(done.getTime() - recoveryMs)),
          ),
        );
    return true;
  });
}

/** Deliveries that are done with, and those nobody will take any more, are kept for a month. */
export async function deleteOldDeliveries(db: Executor, now: Date): Promise<void> {
  const limit = new Date(now.getTime() - logMemoryMs);
  await db.delete(webhookOutbox).where(lt(webhookOutbox.createdAt, limit));
}

/**
 * Webinars that are over, everybody gone or long enough for that, and whose `attendance.finished` is not written though
 * somebody wants it.
 */
export async function listUnfinished(db: Executor, now: Date): Promise<Webinar[]> {
  const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
  return db
    .select()
    .from(webinars)
    .where(
      and(
        isNotNull(webinars.liveAt),
        lt(webinars.endedAt, sql`${minutesAgo(0.25)}::timestamptz`),
        gt(webinars.endedAt, sql`${minutesAgo(2880)}::timestamptz`),
        sql`not exists (select 1 from webhook_wrap_ups u where u.webinar_id = ${webinars.id})`,
        sql`exists (select 1 from webhook_endpoints p where p.organisation_id = ${webinars.organisationId} and p.disabled_at is null and p.events ? 'attendance.finished')`,
        or(
          lt(webinars.endedAt, sql`${minutesAgo(15)}::timestamptz`),
          sql`not exists (select 1 from attendance_intervals a where a.webinar_id = ${webinars.id} and a.left_at is null)`,
        ),
      ),
    );
}

/** Only one of several at once writes it. Inside the transaction that does. */
export async function claimWrapUp(tx: Executor, webinarId: string): Promise<boolean> {
  const claimed = await tx
    .insert(webhookWrapUps)
    .values({ webinarId })
    .onConflictDoNothing()
    .returning({ webinarId: webhookWrapUps.webinarId });
  return claimed.length > 0;
}

/** How many deliveries wait, over all organisations. */
export async function countWaiting(db: Executor, endpointIds: string[]): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(webhookOutbox)
    .where(
      and(
        inArray(webhookOutbox.endpointId, endpointIds),
        isNull(webhookOutbox.deliveredAt),
        isNull(webhookOutbox.failedAt),
      ),
    );
  return row?.count ?? 0;
}
