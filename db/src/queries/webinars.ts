import type { LayoutName, WebinarPhase } from "@rostrum/protocol";
import { and, desc, eq, gt, inArray, lt, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { campaigns, forms, organisations, rtmpDestinations, users, webinars } from "../schema/index.ts";
import { queueWebinarEvent } from "./webhook-events.ts";

export type Webinar = typeof webinars.$inferSelect;
export type NewWebinar = typeof webinars.$inferInsert;

export async function insertWebinar(
  db: Executor,
  webinar: NewWebinar,
  destination?: { label: string; url: string },
  reminders: readonly number[] = [],
): Promise<Webinar> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .insert(webinars)
      .values({
        ...webinar,
        doubleOptIn: webinar.doubleOptIn ?? (await readDoubleOptIn(tx, webinar.organisationId)),
      })
      .returning();
    if (!row) throw new Error("insert returned nothing");
    await tx.insert(forms).values({ webinarId: row.id });
    for (const offsetMinutes of reminders)
      await tx.insert(campaigns).values({ webinarId: row.id, kind: "reminder", offsetMinutes });
    if (destination) await tx.insert(rtmpDestinations).values({ webinarId: row.id, ...destination });
    await queueWebinarEvent(tx, "webinar.created", row);
    return row;
  });
}

/** Whether new webinars of an organisation ask registrants to confirm their address. */
export async function readDoubleOptIn(db: Executor, organisationId: string): Promise<boolean> {
  const [row] = await db
    .select({ doubleOptIn: organisations.doubleOptIn })
    .from(organisations)
    .where(eq(organisations.id, organisationId));
  return row?.doubleOptIn ?? false;
}

export async function saveDoubleOptIn(db: Executor, organisationId: string, on: boolean): Promise<void> {
  await db.update(organisations).set({ doubleOptIn: on }).where(eq(organisations.id, organisationId));
}

export async function listWebinars(
  db: Executor,
  organisationId: string,
): Promise<(Webinar & { registrants: number })[]> {
  const rows = await db
    .select({
      webinar: webinars,
      // In full: in a query of one table the builder leaves names of tables out, and both columns would be the inner one's.
      registrants: sql<number>`(select count(*)::int from registrations r where r.webinar_id = "webinars"."id" and r.status = 'registered')`,
    })
    .from(webinars)
    .where(eq(webinars.organisationId, organisationId))
    .orderBy(desc(webinars.startsAt));
  return rows.map(({ webinar, registrants }) => ({ ...webinar, registrants }));
}

/** An organisation's webinars, newest first, in pages by time and id. */
export async function listWebinarPage(
  db: Executor,
  organisationId: string,
  page: { phase?: WebinarPhase; after?: { createdAt: Date; id: string }; limit: number },
): Promise<Webinar[]> {
  const { phase, after } = page;
  return db
    .select()
    .from(webinars)
    .where(
      and(
        eq(webinars.organisationId, organisationId),
        phase ? eq(webinars.phase, phase) : undefined,
        after
          ? or(
              lt(webinars.createdAt, after.createdAt),
              and(eq(webinars.createdAt, after.createdAt), lt(webinars.id, after.id)),
            )
          : undefined,
      ),
    )
    .orderBy(desc(webinars.createdAt), desc(webinars.id))
    .limit(page.limit);
}

export async function findWebinar(db: Executor, id: string): Promise<Webinar | undefined> {
  const [row] = await db.select().from(webinars).where(eq(webinars.id, id));
  return row;
}

export async function findWebinarBySlug(
  db: Executor,
  slug: string,
): Promise<(Webinar & { hostName: string }) | undefined> {
  const [row] = await db
    .select({ webinar: webinars, hostName: users.name })
    .from(webinars)
    .innerJoin(users, eq(users.id, webinars.hostId))
    .where(eq(webinars.slug, slug));
  return row ? { ...row.webinar, hostName: row.hostName } : undefined;
}

/** Webinars that anyone may register for, soonest first; one that nobody began is listed for a day. */
export async function listUpcoming(db: Executor, limit: number): Promise<Webinar[]> {
  return db
    .select()
    .from(webinars)
    .where(
      and(
        eq(webinars.visibility, "public"),
        inArray(webinars.phase, ["scheduled", "green-room", "live"]),
        or(eq(webinars.phase, "live"), gt(webinars.startsAt, sql`now() - interval '1 day'`)),
      ),
    )
    .orderBy(webinars.startsAt)
    .limit(limit);
}

/** Move a webinar on, only from one of the phases given: undefined when another request was faster. */
export async function movePhase(
  db: Executor,
  id: string,
  move: { from: WebinarPhase[]; to: WebinarPhase; liveAt?: Date; endedAt?: Date },
): Promise<Webinar | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(webinars)
      .set({
        phase: move.to,
        ...(move.liveAt ? { liveAt: move.liveAt } : {}),
        ...(move.endedAt ? { endedAt: move.endedAt } : {}),
      })
      .where(and(eq(webinars.id, id), inArray(webinars.phase, move.from)))
      .returning();
    if (row && move.to === "live") await queueWebinarEvent(tx, "webinar.started", row);
    if (row && move.to === "ended") await queueWebinarEvent(tx, "webinar.ended", row);
    return row;
  });
}

export async function setLayout(db: Executor, id: string, layout: LayoutName): Promise<void> {
  await db.update(webinars).set({ layout }).where(eq(webinars.id, id));
}

export async function listDestinations(
  db: Executor,
  webinarId: string,
): Promise<{ id: string; label: string; url: string }[]> {
  return db
    .select({ id: rtmpDestinations.id, label: rtmpDestinations.label, url: rtmpDestinations.url })
    .from(rtmpDestinations)
    .where(eq(rtmpDestinations.webinarId, webinarId));
}

/** Webinars whose programme somebody should be making, or has just made. */
export async function listProgrammes(db: Executor, endedAfter: Date): Promise<Webinar[]> {
  return db
    .select()
    .from(webinars)
    .where(
      sql`${webinars.phase} = 'live' or (${webinars.phase} = 'ended' and ${webinars.liveAt} is not null and ${webinars.endedAt} > ${endedAfter.toISOString()})`,
    );
}
