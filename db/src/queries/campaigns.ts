import { and, asc, eq, inArray, isNull, lt, notExists, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import {
  attendanceIntervals,
  campaigns,
  joinTokens,
  mailOutbox,
  registrations,
  webinars,
} from "../schema/index.ts";
import type { JoinMail } from "./registration-seats.ts";
import { queueWebinarEvent } from "./webhook-events.ts";
import type { Webinar } from "./webinars.ts";

export type Campaign = typeof campaigns.$inferSelect;
const batch = 500;

export async function listCampaigns(db: Executor, webinarId: string): Promise<Campaign[]> {
  return db
    .select()
    .from(campaigns)
    .where(eq(campaigns.webinarId, webinarId))
    .orderBy(asc(campaigns.createdAt));
}

export async function addCampaign(db: Executor, campaign: typeof campaigns.$inferInsert): Promise<void> {
  await db.insert(campaigns).values(campaign);
}

export type MailPlan = {
  /** Minutes before the start. */
  reminders: number[];
  followUp: { offsetMinutes: number; attendedText: string; missedText: string } | null;
};

/** Replace reminders and follow-up. A reminder that stays keeps its memory of what was sent. */
export async function saveMailPlan(db: Executor, webinarId: string, plan: MailPlan): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.select({ id: webinars.id }).from(webinars).where(eq(webinars.id, webinarId)).for("update");
    const known = await listCampaigns(tx, webinarId);
    const reminders = known.filter(({ kind }) => kind === "reminder");
    const gone = reminders.filter(({ offsetMinutes }) => !plan.reminders.includes(offsetMinutes));
    const added = plan.reminders.filter(
      (minutes) => !reminders.some(({ offsetMinutes }) => offsetMinutes === minutes),
    );
    const before = known.find(({ kind }) => kind === "follow-up");
    if (before && !plan.followUp) gone.push(before);
    if (gone.length > 0)
      await tx.delete(campaigns).where(
        inArray(
          campaigns.id,
          gone.map(({ id }) => id),
        ),
      );
    for (const offsetMinutes of added) await addCampaign(tx, { webinarId, kind: "reminder", offsetMinutes });
    if (plan.followUp && before)
      await tx.update(campaigns).set(plan.followUp).where(eq(campaigns.id, before.id));
    else if (plan.followUp) await addCampaign(tx, { webinarId, kind: "follow-up", ...plan.followUp });
  });
}

export type DueCampaign = { campaign: Campaign; webinar: Webinar; due: Date; key: Date };

/**
 * Campaigns whose mails are to be queued at `now`. Of several reminders that are due at once, after a standstill, only
 * the last is: nobody wants yesterday's.
 */
export async function listDueCampaigns(db: Executor, now: Date): Promise<DueCampaign[]> {
  const at = now.toISOString();
  const rows = await db
    .select({ campaign: campaigns, webinar: webinars })
    .from(campaigns)
    .innerJoin(webinars, eq(webinars.id, campaigns.webinarId))
    .where(
      sql`case ${campaigns.kind}
        when 'reminder' then ${webinars.phase} in ('scheduled', 'green-room')
          and ${campaigns.doneFor} is distinct from ${webinars.startsAt}
          and ${webinars.startsAt} > ${at}::timestamptz
          and ${webinars.startsAt} - ${campaigns.offsetMinutes} * interval '1 minute' <= ${at}::timestamptz
          and not exists (
            select 1 from campaigns later
            where later.webinar_id = ${webinars.id} and later.kind = 'reminder' and later.offset_minutes < ${campaigns.offsetMinutes}
              and ${webinars.startsAt} - later.offset_minutes * interval '1 minute' <= ${at}::timestamptz
          )
        when 'follow-up' then ${campaigns.doneFor} is null and ${webinars.cancelledAt} is null and ${webinars.liveAt} is not null
          and ${webinars.endedAt} + ${campaigns.offsetMinutes} * interval '1 minute' <= ${at}::timestamptz
        when 'replay' then ${campaigns.doneFor} is null and exists (
            select 1 from replays r where r.webinar_id = ${webinars.id} and r.published_at is not null
              and coalesce(r.available_from, r.published_at) <= ${at}::timestamptz and coalesce(r.available_until > ${at}::timestamptz, true)
          )
        else ${campaigns.doneFor} is null end`,
    )
    .orderBy(asc(campaigns.createdAt));
  return rows.map((row): DueCampaign => ({ ...row, ...dueOf(row.campaign, row.webinar) }));
}

function dueOf({ kind, offsetMinutes, createdAt }: Campaign, webinar: Webinar): { due: Date; key: Date } {
  const offset = offsetMinutes * 60_000;
  if (kind === "reminder")
    return { due: new Date(webinar.startsAt.getTime() - offset), key: webinar.startsAt };
  if (kind === "follow-up")
    return { due: new Date((webinar.endedAt?.getTime() ?? 0) + offset), key: createdAt };
  return { due: createdAt, key: createdAt };
}

const kindsOfMail = {
  reminder: "reminder",
  changed: "webinar-changed",
  cancelled: "webinar-cancelled",
  replay: "replay-ready",
} as const;

/**
 * Queue a campaign's mail for everybody who is meant and has not got it: once each, however many workers do it at once and
 * wherever one of them dies. Who registered after it was due is not meant. Answers how many were queued.
 */
export async function queueCampaign(db: Executor, order: DueCampaign, mint: () => JoinMail): Promise<number> {
  let queued = 0;
  for (;;) {
    const people = await missing(db, order);
    for (const person of people) if (await queueOne(db, { order, person, mint })) queued++;
    if (people.length === batch) continue;
    await db.update(campaigns).set({ doneFor: order.key }).where(eq(campaigns.id, order.campaign.id));
    return queued;
  }
}

type Meant = typeof registrations.$inferSelect & { attended: boolean };

const keyPrefix = ({ campaign, key }: DueCampaign): string => `${campaign.id}:${key.getTime()}:`;

async function missing(db: Executor, order: DueCampaign): Promise<Meant[]> {
  const { campaign, due } = order;
  const told = campaign.kind === "changed" || campaign.kind === "cancelled";
  const statuses = told
    ? (["registered", "pending", "waitlisted", "offered"] as const)
    : (["registered"] as const);
  // Who registered after the end did so for the recording: they neither came nor missed it.
  const before = campaign.kind === "follow-up" ? (order.webinar.endedAt ?? due) : due;
  const rows = await db
    .select({
      registration: registrations,
      attended: sql<boolean>`exists (select 1 from ${attendanceIntervals} a where a.webinar_id = ${campaign.webinarId} and a.participant_id = ${registrations}.id)`,
    })
    .from(registrations)
    .where(
      and(
        eq(registrations.webinarId, campaign.webinarId),
        inArray(registrations.status, [...statuses]),
        lt(registrations.createdAt, before),
        isNull(registrations.erasedAt),
        told ? undefined : isNull(registrations.unsubscribedAt),
        notExists(
          db
            .select({ one: sql`1` })
            .from(mailOutbox)
            .where(eq(mailOutbox.dedupeKey, sql`${keyPrefix(order)} || ${registrations.id}`)),
        ),
      ),
    )
    .orderBy(asc(registrations.createdAt), asc(registrations.id))
    .limit(batch);
  return rows.map(({ registration, attended }) => ({ ...registration, attended }));
}

type One = { order: DueCampaign; person: Meant; mint: () => JoinMail };

/** The mail's key decides who was first; only then is there a link for it. */
function queueOne(db: Executor, { order, person, mint }: One): Promise<boolean> {
  const { campaign } = order;
  const { tokenHash, payload } = mint();
  const kind =
    campaign.kind === "follow-up"
      ? person.attended
        ? "follow-up-attended"
        : "follow-up-missed"
      : kindsOfMail[campaign.kind];
  return db.transaction(async (tx) => {
    const [queued] = await tx
      .insert(mailOutbox)
      .values({
        webinarId: campaign.webinarId,
        registrationId: person.id,
        recipient: person.email,
        kind,
        dedupeKey: `${keyPrefix(order)}${person.id}`,
        once: true,
        payload: {
          ...payload,
          name: person.name,
          text: person.attended ? campaign.attendedText : campaign.missedText,
        },
      })
      .onConflictDoNothing()
      .returning({ id: mailOutbox.id });
    if (queued) await tx.insert(joinTokens).values({ tokenHash, registrationId: person.id });
    return queued !== undefined;
  });
}

export type WebinarChange = Pick<
  Webinar,
  "title" | "description" | "startsAt" | "durationMinutes" | "timeZone"
>;

/**
 * Change a webinar that has not begun. What calendars must know raises SEQUENCE and is told to everybody who is registered,
 * in the same transaction. Answers undefined when it has begun meanwhile.
 */
export async function updateWebinar(
  db: Executor,
  id: string,
  change: WebinarChange,
): Promise<{ webinar: Webinar; told: boolean } | undefined> {
  return db.transaction(async (tx) => {
    const [before] = await tx.select().from(webinars).where(eq(webinars.id, id)).for("update");
    if (!before || (before.phase !== "scheduled" && before.phase !== "green-room")) return undefined;
    const told =
      before.title !== change.title ||
      before.startsAt.getTime() !== change.startsAt.getTime() ||
      before.durationMinutes !== change.durationMinutes ||
      before.timeZone !== change.timeZone;
    const [webinar] = await tx
      .update(webinars)
      .set({ ...change, ...(told ? { icsSequence: before.icsSequence + 1 } : {}) })
      .where(eq(webinars.id, id))
      .returning();
    if (!webinar) return undefined;
    if (told) {
      // Whoever has not been told of an earlier change yet is told of this one only.
      await tx
        .update(campaigns)
        .set({ doneFor: sql`now()` })
        .where(and(eq(campaigns.webinarId, id), eq(campaigns.kind, "changed"), isNull(campaigns.doneFor)));
      await addCampaign(tx, { webinarId: id, kind: "changed" });
    }
    await queueWebinarEvent(tx, "webinar.updated", webinar);
    return { webinar, told };
  });
}

/** Cancel a webinar that has not begun; everybody who is registered is told. Undefined when it has, or is cancelled already. */
export async function cancelWebinar(db: Executor, id: string): Promise<Webinar | undefined> {
  return db.transaction(async (tx) => {
    const [webinar] = await tx
      .update(webinars)
      .set({
        phase: "ended",
        endedAt: sql`now()`,
        cancelledAt: sql`now()`,
        icsSequence: sql`${webinars.icsSequence} + 1`,
      })
      .where(and(eq(webinars.id, id), inArray(webinars.phase, ["scheduled", "green-room"])))
      .returning();
    if (!webinar) return undefined;
    await addCampaign(tx, { webinarId: id, kind: "cancelled" });
    await queueWebinarEvent(tx, "webinar.cancelled", webinar);
    return webinar;
  });
}
