import { and, asc, eq, gt, ilike, inArray, isNull, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { attendanceIntervals, joinTokens, registrations } from "../schema/index.ts";
import { answerKey, claimKey, hashRequest } from "./idempotency.ts";
import { queueMail } from "./outbox.ts";

export type Registration = typeof registrations.$inferSelect;
export type Stay = Pick<
  typeof attendanceIntervals.$inferSelect,
  "id" | "joinedAt" | "leftAt" | "delivery" | "path" | "pathReason"
>;
export type RegistrationWithStays = Registration & { stays: Stay[] };

type Submission = {
  webinarId: string;
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
  referrer?: string;
};
type JoinMail = { kind: string; tokenHash: string; payload: Record<string, string> };

export const emailKey = (email: string): string => email.trim().toLowerCase();

/**
 * Register once per address. The row, its join token and the mail are one transaction. `created` is false for a
 * duplicate. A request that comes again under its idempotency key gets the first answer and causes nothing, not even a
 * mail. Throws conflict when the key came with something else before.
 */
export async function insertRegistration(
  db: Executor,
  submission: Submission,
  mail: JoinMail,
  idempotencyKey?: string,
): Promise<{ created: boolean; registration: Registration }> {
  return db.transaction(async (tx) => {
    const key = idempotencyKey && {
      scope: `registration:${submission.webinarId}`,
      key: idempotencyKey,
      requestHash: hashRequest([emailKey(submission.email), submission.name, submission.answers]),
    };
    const before = key ? await claimKey(tx, key) : undefined;
    if (before !== undefined) {
      const registration = await findByEmail(tx, submission.webinarId, submission.email);
      if (registration) return { created: before === "created", registration };
    }
    const [created] = await tx
      .insert(registrations)
      .values({ ...submission, email: submission.email.trim(), emailKey: emailKey(submission.email) })
      .onConflictDoNothing()
      .returning();
    const registration = created ?? (await findByEmail(tx, submission.webinarId, submission.email));
    if (!registration) throw new Error("the registration vanished");
    await mailJoinLink(tx, registration, mail);
    if (key) await answerKey(tx, key, created ? "created" : "duplicate");
    return { created: created !== undefined, registration };
  });
}

async function findByEmail(
  db: Executor,
  webinarId: string,
  email: string,
): Promise<Registration | undefined> {
  const [row] = await db
    .select()
    .from(registrations)
    .where(and(eq(registrations.webinarId, webinarId), eq(registrations.emailKey, emailKey(email))));
  return row;
}

async function mailJoinLink(db: Executor, registration: Registration, mail: JoinMail): Promise<void> {
  await db.insert(joinTokens).values({ tokenHash: mail.tokenHash, registrationId: registration.id });
  await queueMail(db, {
    webinarId: registration.webinarId,
    recipient: registration.email,
    kind: mail.kind,
    payload: { ...mail.payload, name: registration.name },
  });
}

/** Mail the personal link again; false when nobody registered with this address. */
export async function resendJoinLink(
  db: Executor,
  who: { webinarId: string; email: string },
  mail: JoinMail,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const registration = await findByEmail(tx, who.webinarId, who.email);
    if (registration?.status !== "registered") return false;
    await mailJoinLink(tx, registration, mail);
    return true;
  });
}

export async function addJoinToken(db: Executor, registrationId: string, tokenHash: string): Promise<void> {
  await db.insert(joinTokens).values({ registrationId, tokenHash });
}

export async function findRegistrationByToken(
  db: Executor,
  tokenHash: string,
): Promise<Registration | undefined> {
  const [row] = await db
    .select({ registration: registrations })
    .from(joinTokens)
    .innerJoin(registrations, eq(registrations.id, joinTokens.registrationId))
    .where(
      and(
        eq(joinTokens.tokenHash, tokenHash),
        isNull(joinTokens.revokedAt),
        eq(registrations.status, "registered"),
      ),
    );
  return row?.registration;
}

type Page = { webinarId: string; after?: { createdAt: Date; id: string }; search?: string; limit: number };

/** Registrations oldest first, with their stays. */
export async function listRegistrations(db: Executor, page: Page): Promise<RegistrationWithStays[]> {
  const like = page.search ? `%${page.search.replace(/[\\%_]/g, "\\$&")}%` : undefined;
  const rows = await db
    .select()
    .from(registrations)
    .where(
      and(
        eq(registrations.webinarId, page.webinarId),
        like ? or(ilike(registrations.email, like), ilike(registrations.name, like)) : undefined,
        page.after
          ? or(
              gt(registrations.createdAt, page.after.createdAt),
              and(eq(registrations.createdAt, page.after.createdAt), gt(registrations.id, page.after.id)),
            )
          : undefined,
      ),
    )
    .orderBy(asc(registrations.createdAt), asc(registrations.id))
    .limit(page.limit);
  if (rows.length === 0) return [];
  const stays = await db
    .select()
    .from(attendanceIntervals)
    .where(
      and(
        eq(attendanceIntervals.webinarId, page.webinarId),
        inArray(
          attendanceIntervals.participantId,
          rows.map((row) => row.id),
        ),
      ),
    );
  const byParticipant = Map.groupBy(stays, (stay) => stay.participantId);
  return rows.map((row) => ({ ...row, stays: byParticipant.get(row.id) ?? [] }));
}

/**
 * All registrations in pages by key, for exports that do not fit in memory. No transaction stays open meanwhile: a
 * download over a slow line must not hold a connection, nor keep the database from cleaning up.
 */
export async function* listRegistrationPages(
  db: Executor,
  webinarId: string,
): AsyncGenerator<RegistrationWithStays[]> {
  let after: Page["after"];
  for (;;) {
    const page = await listRegistrations(db, { webinarId, limit: 2000, ...(after ? { after } : {}) });
    yield page;
    const last = page.at(-1);
    if (!last || page.length < 2000) return;
    after = { createdAt: last.createdAt, id: last.id };
  }
}

export async function countRegistrations(db: Executor, webinarId: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(registrations)
    .where(eq(registrations.webinarId, webinarId));
  return row?.count ?? 0;
}
