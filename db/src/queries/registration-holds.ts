import { and, asc, eq, inArray, isNull, lte, notExists, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { attendanceIntervals, consents, registrations, webinars } from "../schema/index.ts";
import { queueMail } from "./outbox.ts";
import {
  type JoinMail,
  lockSeats,
  mailStatus,
  promote,
  type Registration,
  type Seating,
  setStatus,
  statusPayload,
} from "./registration-seats.ts";
import { addJoinToken, type Judgement, placeFor } from "./registrations.ts";
import { newRegistrationEvents, queueWebhooks, registrationEvent } from "./webhook-events.ts";

type Who = { webinarId: string; registrationId: string };
/** What became of an answer; `late`: its time was over, `settled`: it was given already. */
export type Answered = "done" | "late" | "settled";

async function readRow(tx: Executor, { webinarId, registrationId }: Who): Promise<Registration | undefined> {
  const [row] = await tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.id, registrationId), eq(registrations.webinarId, webinarId)));
  return row;
}

const isLate = ({ answerUntil }: Registration, now: Date): boolean =>
  answerUntil === null || answerUntil <= now;

/** Take the seat that was offered: it was kept, so it is there. Taking it twice is taking it once. */
export async function takeOffer(db: Executor, who: Who, mint: () => JoinMail): Promise<Answered> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, who.webinarId, "update");
    const row = await readRow(tx, who);
    if (row?.status !== "offered") return row?.status === "registered" ? "settled" : "late";
    if (isLate(row, new Date())) return "late";
    await seat(tx, [row], mint);
    return "done";
  });
}

async function seat(tx: Executor, rows: Registration[], mint: () => JoinMail): Promise<void> {
  const seated = await setStatus(tx, rows, { status: "registered", statusReason: "A seat became free." });
  for (const registration of seated) await mailStatus(tx, registration, mint());
  await tell(tx, "registration.approved", seated);
}

async function tell(
  tx: Executor,
  event: "registration.approved" | "registration.cancelled",
  rows: Registration[],
): Promise<void> {
  const [first] = rows;
  if (first)
    await queueWebhooks(
      tx,
      first.webinarId,
      rows.map((row) => registrationEvent(event, row)),
    );
}

/** Somebody who has followed the link: what the rules say of them, and the link they are mailed if they are let in. */
export type ToConfirm = Who & { judgement: Judgement; mail: JoinMail; unlimited: boolean };
export type Confirmed = { answered: Answered; registration: Registration | undefined };

/**
 * Count registrations whose address is confirmed now, all of them or none: with the seat that was kept, else where anybody
 * who came now would stand. One mail tells of it, of several dates together. Confirming twice is confirming once.
 *
 * @param text language and version of the words they agreed with
 */
export async function confirmRegistrations(
  db: Executor,
  orders: ToConfirm[],
  text: string,
): Promise<Confirmed[]> {
  // In one order, so that two people never wait for each other.
  const ordered = [...orders].sort((one, other) => (one.webinarId < other.webinarId ? -1 : 1));
  return db.transaction(async (tx) => {
    const done: (Confirmed & { mail: JoinMail })[] = [];
    for (const order of ordered) done.push({ ...(await confirmOne(tx, order, text)), mail: order.mail });
    const counted = done.flatMap(({ answered, registration, mail }) =>
      answered === "done" && registration ? [{ registration, mail }] : [],
    );
    await mailConfirmed(tx, counted);
    return done.map(({ answered, registration }) => ({ answered, registration }));
  });
}

async function confirmOne(tx: Executor, order: ToConfirm, text: string): Promise<Confirmed> {
  const locked = await lockSeats(tx, order.webinarId, "update");
  const row = await readRow(tx, order);
  if (row?.status !== "unconfirmed")
    return { answered: row?.confirmedAt ? "settled" : "late", registration: row };
  const confirmedAt = new Date();
  if (isLate(row, confirmedAt)) return { answered: "late", registration: row };
  const rules = order.unlimited ? { ...locked, registrationLimit: null } : locked;
  const letIn = order.judgement.status === "registered" && row.holdsSeat;
  const place = letIn
    ? { status: "registered" as const, statusReason: order.judgement.reason, waitlistPosition: null }
    : await placeFor(tx, order.webinarId, { rules, judgement: order.judgement });
  const [registration] = await tx
    .update(registrations)
    .set({ ...place, holdsSeat: false, answerUntil: null, confirmedAt, confirmedText: text })
    .where(eq(registrations.id, row.id))
    .returning();
  if (!registration) throw new Error("the registration vanished");
  await tx
    .update(consents)
    .set({ confirmedAt })
    .where(and(eq(consents.registrationId, row.id), isNull(consents.confirmedAt)));
  await queueWebhooks(tx, order.webinarId, newRegistrationEvents(registration));
  return { answered: "done", registration };
}

async function mailConfirmed(
  tx: Executor,
  counted: { registration: Registration; mail: JoinMail }[],
): Promise<void> {
  const [first] = counted;
  if (!first) return;
  if (counted.length === 1) return mailStatus(tx, first.registration, first.mail);
  const standing = counted.filter(({ registration }) => registration.status !== "denied");
  for (const { registration, mail } of counted) await addJoinToken(tx, registration.id, mail.tokenHash);
  await queueMail(tx, {
    webinarId: first.registration.webinarId,
    registrationId: first.registration.id,
    recipient: first.registration.email,
    kind: "series-confirmation",
    payload: {
      name: first.registration.name,
      dates: JSON.stringify(
        standing.map(({ registration, mail }) => ({
          webinarId: registration.webinarId,
          registrationId: registration.id,
          ...mail.payload,
        })),
      ),
    },
  });
}

/** Registrations of the same address that wait to be confirmed in webinars of the same series: one link is for all. */
export async function listToConfirm(db: Executor, registration: Registration): Promise<Registration[]> {
  const rows = await db
    .select({ registration: registrations })
    .from(registrations)
    .innerJoin(webinars, eq(webinars.id, registrations.webinarId))
    .where(
      and(
        eq(registrations.emailKey, registration.emailKey),
        eq(registrations.status, "unconfirmed"),
        sql`${webinars.seriesId} = (select w.series_id from webinars w where w.id = ${registration.webinarId})`,
      ),
    );
  const others = rows.map((row) => row.registration).filter(({ id }) => id !== registration.id);
  return [registration, ...others];
}

/**
 * How seats are kept: how they are handed on, and what becomes of an open offer when the date has moved. Offers that reach
 * into the last `lastMs` before the start are looked at.
 */
export type Holding = Seating & {
  lastMs: number;
  reconsider: (
    offer: { startsAt: Date; answerUntil: Date },
    now: Date,
  ) => { fate: "keep" } | { fate: "lapse" } | { fate: "give" } | { fate: "shorten"; until: Date };
};

/**
 * See to every offer and every address that was to be confirmed whose time is over, or whose event has come nearer, and to
 * addresses that are to be reminded. Any number of workers may do it at once, and each may die at any point: what is due
 * is looked at again under the webinar's lock. Answers how many registrations were changed.
 */
export async function settleHolds(db: Executor, now: Date, holding: Holding): Promise<number> {
  const due = (await db.execute(sql`
    select distinct r.webinar_id as id from registrations r join webinars w on w.id = r.webinar_id
    where r.status in ('offered', 'unconfirmed')
      and (r.answer_until <= ${now.toISOString()}::timestamptz
        or (r.status = 'offered' and r.answer_until > w.starts_at - ${holding.lastMs} * interval '1 millisecond')
        or ${toRemind(now)})
    limit 200`)) as unknown as { id: string }[];
  let settled = 0;
  for (const { id } of due)
    settled += await db.transaction((tx) => settleOne(tx, { webinarId: id, now, holding }));
  return settled;
}

/** Half of the time they have is over, and they have not been reminded. */
const toRemind = (now: Date) => sql`(r.status = 'unconfirmed' and r.confirm_reminded_at is null
  and r.answer_until > ${now.toISOString()}::timestamptz and r.confirm_asked_at + (r.answer_until - r.confirm_asked_at) / 2 <= ${now.toISOString()}::timestamptz)`;

type Settle = { webinarId: string; now: Date; holding: Holding };

async function settleOne(tx: Executor, { webinarId, now, holding }: Settle): Promise<number> {
  const { startsAt } = await lockSeats(tx, webinarId, "update");
  const [webinar] = await tx
    .select({ phase: webinars.phase })
    .from(webinars)
    .where(eq(webinars.id, webinarId));
  const ahead = webinar?.phase !== "ended";
  const open = await tx
    .select()
    .from(registrations)
    .where(
      and(eq(registrations.webinarId, webinarId), inArray(registrations.status, ["offered", "unconfirmed"])),
    )
    .orderBy(asc(registrations.waitlistPosition), asc(registrations.id));
  let changed = 0;
  for (const row of open) if (await settleRow(tx, row, { ahead, startsAt, now, holding })) changed++;
  if (ahead && changed > 0) await promote(tx, webinarId, holding);
  return changed;
}

type SettleRow = { ahead: boolean; startsAt: Date; now: Date; holding: Holding };

/** Answers whether anything was to be done. */
async function settleRow(
  tx: Executor,
  row: Registration,
  { ahead, startsAt, now, holding }: SettleRow,
): Promise<boolean> {
  const { mint } = holding;
  const until = row.answerUntil ?? now;
  if (until <= now) {
    await lapse(tx, row, { ahead, mint });
    return true;
  }
  if (row.status === "unconfirmed") return remind(tx, row, { now, mint });
  const next = holding.reconsider({ startsAt, answerUntil: until }, now);
  if (!ahead || next.fate === "keep" || next.fate === "lapse") return false;
  if (next.fate === "give") await seat(tx, [row], mint);
  else await shorten(tx, row, { until: next.until, mint });
  return true;
}

/** Nobody answered: the seat is free again. Who never confirmed is not written to any more. */
async function lapse(
  tx: Executor,
  row: Registration,
  { ahead, mint }: { ahead: boolean; mint: () => JoinMail },
): Promise<void> {
  const offered = row.status === "offered";
  const [gone] = await setStatus(tx, [row], {
    status: "cancelled",
    statusReason: offered ? "The offered place was not taken in time." : "The address was not confirmed.",
  });
  if (!gone || !offered) return;
  await tell(tx, "registration.cancelled", [gone]);
  if (ahead) await mailWith(tx, gone, { kind: "offer-lapsed", mail: mint() });
}

async function shorten(
  tx: Executor,
  row: Registration,
  { until, mint }: { until: Date; mint: () => JoinMail },
): Promise<void> {
  const [offered] = await setStatus(tx, [row], {
    status: "offered",
    statusReason: "",
    answerUntil: until,
    holdsSeat: true,
  });
  if (offered) await mailStatus(tx, offered, mint());
}

/** Once, when half of the time is over; never to two workers' knowledge at once, because the webinar is held. */
async function remind(
  tx: Executor,
  row: Registration,
  { now, mint }: { now: Date; mint: () => JoinMail },
): Promise<boolean> {
  const { confirmAskedAt, answerUntil, confirmRemindedAt } = row;
  if (confirmRemindedAt || !confirmAskedAt || !answerUntil) return false;
  if (now.getTime() < (confirmAskedAt.getTime() + answerUntil.getTime()) / 2) return false;
  await tx.update(registrations).set({ confirmRemindedAt: now }).where(eq(registrations.id, row.id));
  await mailWith(tx, row, { kind: "confirm-reminder", mail: mint(), once: true });
  return true;
}

async function mailWith(
  tx: Executor,
  row: Registration,
  { kind, mail, once = false }: { kind: string; mail: JoinMail; once?: boolean },
): Promise<void> {
  await addJoinToken(tx, row.id, mail.tokenHash);
  await queueMail(tx, {
    webinarId: row.webinarId,
    registrationId: row.id,
    recipient: row.email,
    kind,
    once,
    payload: statusPayload(row, mail),
  });
}

/** What is known of an address that was never confirmed is kept so long after its time was over, ms. */
const unconfirmedMemoryMs = 7 * 24 * 3600_000;

/** Forget registrations that were never confirmed, as if they had not been made. Answers how many. */
export async function deleteUnconfirmed(db: Executor, now: Date): Promise<number> {
  const gone = await db
    .delete(registrations)
    .where(
      and(
        eq(registrations.status, "cancelled"),
        isNull(registrations.confirmedAt),
        sql`${registrations.confirmAskedAt} is not null`,
        lte(registrations.answerUntil, new Date(now.getTime() - unconfirmedMemoryMs)),
        eq(registrations.countedBefore, false),
        notExists(
          db
            .select({ one: sql`1` })
            .from(attendanceIntervals)
            .where(
              and(
                eq(attendanceIntervals.webinarId, registrations.webinarId),
                eq(attendanceIntervals.participantId, registrations.id),
              ),
            ),
        ),
      ),
    )
    .returning({ id: registrations.id });
  return gone.length;
}
