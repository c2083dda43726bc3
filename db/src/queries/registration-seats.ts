import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { joinTokens, mailOutbox, registrations, webinars } from "../schema/index.ts";
import { queueMail } from "./outbox.ts";
import { newRegistrationEvents, queueWebhooks, registrationEvent } from "./webhook-events.ts";

export type Registration = typeof registrations.$inferSelect;
export type RegistrationStatus = Registration["status"];
/** A personal link that is about to be mailed: its hash is stored, its text is in the payload only. */
export type JoinMail = { tokenHash: string; payload: Record<string, string> };
/** What the row of a webinar says about its registrations, read under its lock. */
export type SeatRules = {
  registrationLimit: number | null;
  waitlist: boolean;
};

/** The mail that tells somebody where their registration stands. */
export const statusMails: Record<RegistrationStatus, string> = {
  registered: "confirmation",
  pending: "registration-pending",
  waitlisted: "registration-waitlisted",
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
      payload: { ...mail.payload, name: registration.name, reason: registration.statusReason },
    }),
  ]);
}

/**
 * Hold the webinar's row so that nobody else changes who has a seat: alone where seats are counted, together with others
 * where there is no limit. Answers the rules as they are while it is held. Call inside a transaction.
 */
export async function lockSeats(
  tx: Executor,
  webinarId: string,
  mode: "share" | "update",
): Promise<SeatRules> {
  const [row] = await tx
    .select({ registrationLimit: webinars.registrationLimit, waitlist: webinars.waitlist })
    .from(webinars)
    .where(eq(webinars.id, webinarId))
    .for(mode);
  if (!row) throw new Error("the webinar vanished");
  return row;
}

/** Seats that are left; infinite where there is no limit. */
export async function countFree(
  tx: Executor,
  webinarId: string,
  { registrationLimit }: SeatRules,
): Promise<number> {
  if (registrationLimit === null) return Number.POSITIVE_INFINITY;
  const [row] = await tx
    .select({ taken: sql<number>`count(*)::int` })
    .from(registrations)
    .where(and(eq(registrations.webinarId, webinarId), eq(registrations.status, "registered")));
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

/** Give the free seats to those who have waited longest, and tell them. Only under the lock. */
export async function promote(
  tx: Executor,
  webinarId: string,
  mint: () => JoinMail,
): Promise<Registration[]> {
  const free = await countFree(tx, webinarId, await lockSeats(tx, webinarId, "update"));
  if (free === 0) return [];
  const next = await tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.webinarId, webinarId), eq(registrations.status, "waitlisted")))
    .orderBy(asc(registrations.waitlistPosition))
    .limit(Number.isFinite(free) ? free : 10_000);
  if (next.length === 0) return [];
  const moved = await setStatus(tx, next, "registered", "A seat became free.");
  for (const registration of moved) await mailStatus(tx, registration, mint());
  await queueWebhooks(
    tx,
    webinarId,
    moved.map((row) => registrationEvent("registration.approved", row)),
  );
  return moved;
}

async function setStatus(
  tx: Executor,
  rows: Registration[],
  status: RegistrationStatus,
  reason: string,
): Promise<Registration[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  return tx
    .update(registrations)
    .set({ status, statusReason: reason, icsSequence: sql`${registrations.icsSequence} + 1` })
    .where(inArray(registrations.id, ids))
    .returning();
}

/** Cancel a registration; the seat goes to whoever waits. Answers whether it was there to cancel. */
export async function cancelRegistration(
  db: Executor,
  who: { webinarId: string; registrationId: string; reason: string },
  mint: () => JoinMail,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, who.webinarId, "update");
    const [cancelled] = await tx
      .update(registrations)
      .set({
        status: "cancelled",
        statusReason: who.reason,
        icsSequence: sql`${registrations.icsSequence} + 1`,
      })
      .where(
        and(
          eq(registrations.id, who.registrationId),
          eq(registrations.webinarId, who.webinarId),
          inArray(registrations.status, ["registered", "pending", "waitlisted"]),
        ),
      )
      .returning();
    if (!cancelled) return false;
    await mailStatus(tx, cancelled, mint());
    await queueWebhooks(tx, who.webinarId, [registrationEvent("registration.cancelled", cancelled)]);
    await promote(tx, who.webinarId, mint);
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
  mint: () => JoinMail,
): Promise<Decided> {
  const { webinarId, decision, reason } = order;
  return db.transaction(async (tx) => {
    const rules = await lockSeats(tx, webinarId, "update");
    const from: RegistrationStatus[] =
      decision === "approve" ? ["pending", "denied", "cancelled"] : ["pending", "registered", "waitlisted"];
    const rows = await tx
      .select()
      .from(registrations)
      .where(
        and(
          eq(registrations.webinarId, webinarId),
          inArray(registrations.id, order.ids),
          inArray(registrations.status, from),
        ),
      )
      .orderBy(asc(registrations.createdAt), asc(registrations.id));
    if (decision === "deny") {
      const denied = await setStatus(tx, rows, "denied", reason);
      for (const registration of denied) await mailStatus(tx, registration, mint());
      await queueWebhooks(
        tx,
        webinarId,
        denied.map((row) => registrationEvent("registration.denied", row)),
      );
      await promote(tx, webinarId, mint);
      return { registered: 0, waitlisted: 0, denied: denied.length };
    }
    const free = await countFree(tx, webinarId, rules);
    const seated = await setStatus(tx, rows.slice(0, free), "registered", reason);
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
  "registrationLimit" | "waitlist" | "approval" | "allowedDomains" | "blockedDomains"
>;

/** Change who may register. More seats go to those who wait at once; fewer take nobody's away. Answers how many moved up. */
export async function saveRegistrationRules(
  db: Executor,
  webinarId: string,
  rules: RegistrationRules,
  mint: () => JoinMail,
): Promise<number> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, webinarId, "update");
    await tx.update(webinars).set(rules).where(eq(webinars.id, webinarId));
    return (await promote(tx, webinarId, mint)).length;
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
  const counts = { registered: 0, pending: 0, waitlisted: 0, denied: 0, cancelled: 0 };
  for (const { status, count } of rows) counts[status] = count;
  return counts;
}

export type ImportRow = {
  email: string;
  emailKey: string;
  name: string;
  answers: Record<string, string>;
};
export type Imported = {
  registered: number;
  waitlisted: number;
  duplicates: string[];
  withoutSeat: string[];
};

class Rehearsal extends Error {}

/**
 * Register many at once, let in by whoever brings the list: all in one transaction under the webinar's lock. Addresses that
 * are registered already are left alone and named in the answer, like those for whom there is neither seat nor waitlist.
 * `rehearse`: answer what would happen, and change nothing.
 */
export async function importRegistrations(
  db: Executor,
  order: { webinarId: string; rows: ImportRow[]; rehearse: boolean },
  mint: () => JoinMail,
): Promise<Imported> {
  let done: Imported = { registered: 0, waitlisted: 0, duplicates: [], withoutSeat: [] };
  try {
    await db.transaction(async (tx) => {
      done = await importRows(tx, order, mint);
      if (order.rehearse) throw new Rehearsal();
    });
  } catch (error) {
    if (!(error instanceof Rehearsal)) throw error;
  }
  return done;
}

const batchRows = 500;

async function importRows(
  tx: Executor,
  { webinarId, rows }: { webinarId: string; rows: ImportRow[] },
  mint: () => JoinMail,
): Promise<Imported> {
  const rules = await lockSeats(tx, webinarId, "update");
  const done: Imported = { registered: 0, waitlisted: 0, duplicates: [], withoutSeat: [] };
  let free = await countFree(tx, webinarId, rules);
  let position = await nextPosition(tx, webinarId);
  const arrivedAt = Date.now();
  for (let at = 0; at < rows.length; at += batchRows) {
    const batch = rows.slice(at, at + batchRows);
    const known = await tx
      .select({ emailKey: registrations.emailKey })
      .from(registrations)
      .where(
        and(
          eq(registrations.webinarId, webinarId),
          inArray(
            registrations.emailKey,
            batch.map((row) => row.emailKey),
          ),
        ),
      );
    const taken = new Set(known.map((row) => row.emailKey));
    const values: (typeof registrations.$inferInsert)[] = [];
    for (const [index, row] of batch.entries()) {
      // In the order of the list, a millisecond apart: one moment for all would put them in no order.
      const createdAt = new Date(arrivedAt - rows.length + at + index);
      const base = { ...row, webinarId, createdAt, origin: "import" as const };
      if (taken.has(row.emailKey)) done.duplicates.push(row.emailKey);
      else if (free > 0) {
        free--;
        done.registered++;
        values.push(base);
      } else if (rules.waitlist) {
        done.waitlisted++;
        values.push({ ...base, status: "waitlisted", waitlistPosition: position++ });
      } else done.withoutSeat.push(row.emailKey);
    }
    if (values.length === 0) continue;
    const stored = await tx.insert(registrations).values(values).returning();
    await mailMany(tx, stored, mint);
    await queueWebhooks(tx, webinarId, stored.flatMap(newRegistrationEvents));
  }
  return done;
}

/** The same as mailStatus, for a batch. */
async function mailMany(tx: Executor, stored: Registration[], mint: () => JoinMail): Promise<void> {
  const mails = stored.map((registration) => ({ registration, mail: mint() }));
  await tx
    .insert(joinTokens)
    .values(
      mails.map(({ registration, mail }) => ({ tokenHash: mail.tokenHash, registrationId: registration.id })),
    );
  await tx.insert(mailOutbox).values(
    mails.map(({ registration, mail }) => ({
      webinarId: registration.webinarId,
      registrationId: registration.id,
      recipient: registration.email,
      kind: statusMails[registration.status],
      payload: { ...mail.payload, name: registration.name, reason: registration.statusReason },
    })),
  );
}
