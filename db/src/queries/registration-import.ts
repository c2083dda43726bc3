import { and, eq, inArray } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { joinTokens, mailOutbox, registrations } from "../schema/index.ts";
import {
  countFree,
  type JoinMail,
  lockSeats,
  nextPosition,
  type Registration,
  statusMails,
} from "./registration-seats.ts";
import { newRegistrationEvents, queueWebhooks } from "./webhook-events.ts";

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
