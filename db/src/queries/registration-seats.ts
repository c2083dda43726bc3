import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { joinTokens, registrations, webinars } from "../schema/index.ts";
import { queueMail } from "./outbox.ts";
import { queueWebhooks, registrationEvent } from "./webhook-events.ts";

export type Registration = typeof registrations.$inferSelect;
export type RegistrationStatus = Registration["status"];
/** A personal link that is about to be mailed: its hash is stored, its text is in the payload only. */
export type JoinMail = { tokenHash: string; payload: Record<string, string> };
/** What the row of a webinar says about its registrations, read under its lock. */
export type SeatRules = {
  registrationLimit: number | null;
  waitlist: boolean;
};
/** The same, with what decides whether a free seat is given or offered. */
export type LockedRules = SeatRules & { startsAt: Date; offerHours: number | null };
/** How seats are handed on: a link for whoever gets one, and until when it is offered; null: it is theirs at once. */
export type Seating = {
  mint: () => JoinMail;
  offerUntil: (rules: LockedRules) => Date | null;
};

/** The mail that tells somebody where their registration stands. */
export const statusMails: Record<RegistrationStatus, string> = {
  registered: "confirmation",
  pending: "registration-pending",
  waitlisted: "registration-waitlisted",
  offered: "place-offered",
  unconfirmed: "confirm-address",
  denied: "registration-denied",
  cancelled: "registration-cancelled",
};

/** Mail a registrant a link of their own, about where they stand now. Both rows go to the database in one go. */
export async function mailStatus(db: Executor, registration: Registration, mail: JoinMail): Promise<void> {
  await Promise.all([
    db.insert(joinTokens).values({ tokenHash: mail.tokenHash, registrationId: registration.id }),
    queueMail(db, {
      webinarId: registration.webinarId,
      registrationId: registration.id,
      recipient: registration.email,
      kind: statusMails[registration.status],
      payload: statusPayload(registration, mail),
    }),
  ]);
}

/** What a mail about a registration tells besides its link. */
export const statusPayload = (
  { name, statusReason, answerUntil }: Registration,
  mail: JoinMail,
): Record<string, string> => ({
  ...mail.payload,
  name,
  reason: statusReason,
  ...(answerUntil ? { until: answerUntil.toISOString() } : {}),
});

/**
 * Hold the webinar's row so that nobody else changes who has a seat: alone where seats are counted, together with others
 * where there is no limit. Answers the rules as they are while it is held. Call inside a transaction.
 */
export async function lockSeats(
  tx: Executor,
  webinarId: string,
  mode: "share" | "update",
): Promise<LockedRules> {
  const { registrationLimit, waitlist, startsAt, offerHours } = webinars;
  const [row] = await tx
    .select({ registrationLimit, waitlist, startsAt, offerHours })
    .from(webinars)
    .where(eq(webinars.id, webinarId))
    .for(mode);
  if (!row) throw new Error("the webinar vanished");
  return row;
}

/** Seats that are left, those kept for somebody taken off; infinite where there is no limit. */
export async function countFree(
  tx: Executor,
  webinarId: string,
  { registrationLimit }: SeatRules,
): Promise<number> {
  if (registrationLimit === null) return Number.POSITIVE_INFINITY;
  const [row] = await tx
    .select({ taken: sql<number>`count(*)::int` })
    .from(registrations)
    .where(
      and(
        eq(registrations.webinarId, webinarId),
        inArray(registrations.status, ["registered", "offered", "unconfirmed"]),
        or(eq(registrations.status, "registered"), eq(registrations.holdsSeat, true)),
      ),
    );
  return Math.max(0, registrationLimit - (row?.taken ?? 0));
}

/** The next place in the order of those who wait. Only under the lock. */
export async function nextPosition(tx: Executor, webinarId: string): Promise<number> {
  const [row] = await tx
    .select({ last: sql<number>`coalesce(max(${registrations.waitlistPosition}), 0)::int` })
    .from(registrations)
    .where(eq(registrations.webinarId, webinarId));
  return (row?.last ?? 0) + 1;
}

/**
 * Give the free seats to those who have waited longest, or offer them, and tell them. Only under the lock. Answers who moved
 * up.
 */
export async function promote(tx: Executor, webinarId: string, seating: Seating): Promise<Registration[]> {
  const rules = await lockSeats(tx, webinarId, "update");
  const free = await countFree(tx, webinarId, rules);
  if (free === 0) return [];
  const next = await tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.webinarId, webinarId), eq(registrations.status, "waitlisted")))
    .orderBy(asc(registrations.waitlistPosition))
    .limit(Number.isFinite(free) ? free : 10_000);
  if (next.length === 0) return [];
  // Without a limit there is a seat for each of them: nobody loses one by taking their time.
  const until = rules.registrationLimit === null ? null : seating.offerUntil(rules);
  const moved = until
    ? await setStatus(tx, next, { status: "offered", statusReason: "", answerUntil: until, holdsSeat: true })
    : await setStatus(tx, next, { status: "registered", statusReason: "A seat became free." });
  for (const registration of moved) await mailStatus(tx, registration, seating.mint());
  await queueWebhooks(
    tx,
    webinarId,
    moved.map((row) => registrationEvent(until ? "registration.offered" : "registration.approved", row)),
  );
  return moved;
}

type Standing = Pick<Registration, "status" | "statusReason"> & {
  answerUntil?: Date;
  holdsSeat?: boolean;
};

/** Move registrations to where they stand now; a seat that was kept for them is kept no more unless it says so. */
export async function setStatus(
  tx: Executor,
  rows: Registration[],
  standing: Standing,
): Promise<Registration[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  return tx
    .update(registrations)
    .set({ holdsSeat: false, ...standing, icsSequence: sql`${registrations.icsSequence} + 1` })
    .where(inArray(registrations.id, ids))
    .returning();
}

/** Statuses of somebody who may still come: what can be cancelled. */
export const standingStatuses = ["registered", "pending", "waitlisted", "offered", "unconfirmed"] as const;

/** Cancel a registration; the seat goes to whoever waits. Answers whether it was there to cancel. */
export async function cancelRegistration(
  db: Executor,
  who: { webinarId: string; registrationId: string; reason: string },
  seating: Seating,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, who.webinarId, "update");
    const [before] = await tx
      .select()
      .from(registrations)
      .where(
        and(
          eq(registrations.id, who.registrationId),
          eq(registrations.webinarId, who.webinarId),
          inArray(registrations.status, [...standingStatuses]),
        ),
      );
    const [cancelled] = await setStatus(tx, before ? [before] : [], {
      status: "cancelled",
      statusReason: who.reason,
    });
    if (!before || !cancelled) return false;
    // Nobody has been told of an address that was never confirmed, and perhaps it is somebody else's.
    if (before.status !== "unconfirmed") {
      await mailStatus(tx, cancelled, seating.mint());
      await queueWebhooks(tx, who.webinarId, [registrationEvent("registration.cancelled", cancelled)]);
    }
    await promote(tx, who.webinarId, seating);
    return true;
  });
}

export type Decided = { registered: number; waitlisted: number; denied: number };

/**
 * Approve or deny registrations, in the order they came. Approved beyond the last seat means waiting for one, whoever it
 * is; nobody who waits is overtaken. Each is told. Rows that stand as decided already are left alone.
 */
export async function decideRegistrations(
  db: Executor,
  order: { webinarId: string; ids: string[]; decision: "approve" | "deny"; reason: string },
  seating: Seating,
): Promise<Decided> {
  const { mint } = seating;
  const { webinarId, decision, reason } = order;
  return db.transaction(async (tx) => {
    const rules = await lockSeats(tx, webinarId, "update");
    const from: RegistrationStatus[] =
      decision === "approve"
        ? ["pending", "denied", "cancelled"]
        : ["pending", "registered", "waitlisted", "offered"];
    const rows = await tx
      .select()
      .from(registrations)
      .where(
        and(
          eq(registrations.webinarId, webinarId),
          inArray(registrations.id, order.ids),
          inArray(registrations.status, from),
          // Whether an address is theirs is not the host's to decide.
          or(isNull(registrations.confirmAskedAt), isNotNull(registrations.confirmedAt)),
        ),
      )
      .orderBy(asc(registrations.createdAt), asc(registrations.id));
    if (decision === "deny") {
      const denied = await setStatus(tx, rows, { status: "denied", statusReason: reason });
      for (const registration of denied) await mailStatus(tx, registration, mint());
      await queueWebhooks(
        tx,
        webinarId,
        denied.map((row) => registrationEvent("registration.denied", row)),
      );
      await promote(tx, webinarId, seating);
      return { registered: 0, waitlisted: 0, denied: denied.length };
    }
    const free = await countFree(tx, webinarId, rules);
    const seated = await setStatus(tx, rows.slice(0, free), {
      status: "registered",
      statusReason: reason,
    });
    const waiting = rows.slice(seated.length);
    const events = seated.map((row) => registrationEvent("registration.approved", row));
    let position = await nextPosition(tx, webinarId);
    for (const row of waiting) {
      const [moved] = await tx
        .update(registrations)
        .set({ status: "waitlisted", statusReason: reason, waitlistPosition: position++ })
        .where(eq(registrations.id, row.id))
        .returning();
      if (!moved) continue;
      await mailStatus(tx, moved, mint());
      events.push(registrationEvent("registration.waitlisted", moved));
    }
    for (const registration of seated) await mailStatus(tx, registration, mint());
    await queueWebhooks(tx, webinarId, events);
    return { registered: seated.length, waitlisted: waiting.length, denied: 0 };
  });
}

export type RegistrationRules = Pick<
  typeof webinars.$inferSelect,
  | "registrationLimit"
  | "waitlist"
  | "offerHours"
  | "doubleOptIn"
  | "confirmHours"
  | "approval"
  | "allowedDomains"
  | "blockedDomains"
>;

export type DoorRules = Pick<
  typeof webinars.$inferSelect,
  | "registrationOpensAt"
  | "registrationClosesAt"
  | "registrationClosesAfter"
  | "passcodeHash"
  | "passcodeAt"
  | "passcodeInLinks"
>;

/** Change when people may register, and the passcode. */
export async function saveDoorRules(db: Executor, webinarId: string, rules: DoorRules): Promise<void> {
  await db.update(webinars).set(rules).where(eq(webinars.id, webinarId));
}

/** Change who may register. More seats go to those who wait at once; fewer take nobody's away. Answers how many moved up. */
export async function saveRegistrationRules(
  db: Executor,
  webinarId: string,
  rules: RegistrationRules,
  seating: Seating,
): Promise<number> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, webinarId, "update");
    await tx.update(webinars).set(rules).where(eq(webinars.id, webinarId));
    return (await promote(tx, webinarId, seating)).length;
  });
}

/** How many registrations stand where. */
export async function countByStatus(
  db: Executor,
  webinarId: string,
): Promise<Record<RegistrationStatus, number>> {
  const rows = await db
    .select({ status: registrations.status, count: sql<number>`count(*)::int` })
    .from(registrations)
    .where(eq(registrations.webinarId, webinarId))
    .groupBy(registrations.status);
  const counts = {
    registered: 0,
    pending: 0,
    waitlisted: 0,
    offered: 0,
    unconfirmed: 0,
    denied: 0,
    cancelled: 0,
  };
  for (const { status, count } of rows) counts[status] = count;
  return counts;
}
