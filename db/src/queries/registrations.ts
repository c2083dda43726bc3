import { RostrumError } from "@rostrum/protocol";
import { and, asc, eq, gt, ilike, inArray, isNull, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { attendanceIntervals, joinTokens, registrations, webinars } from "../schema/index.ts";
import { latestConsents, recordConsent } from "./consents.ts";
import { emailKey } from "./email-key.ts";
import { answerKey, claimKey, hashRequest } from "./idempotency.ts";
import {
  countFree,
  type JoinMail,
  lockSeats,
  mailStatus,
  nextPosition,
  type Registration,
  type RegistrationStatus,
  type SeatRules,
} from "./registration-seats.ts";
import { newRegistrationEvents, queueWebhooks, registrationEvent } from "./webhook-events.ts";

export type Stay = Pick<
  typeof attendanceIntervals.$inferSelect,
  "id" | "joinedAt" | "leftAt" | "delivery" | "path" | "pathReason"
>;
export type RegistrationWithStays = Registration & { stays: Stay[]; consent: Consent | null };
export type Consent = { version: number; agreedAt: Date };

export type Submission = {
  webinarId: string;
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
  referrer?: string;
  origin?: "form" | "import" | "api";
};
/** What the rules say before seats are counted; without it everybody is let in. */
export type Judgement = { status: "registered" | "pending" | "denied"; reason: string };
export type SubmitOptions = {
  idempotencyKey?: string | undefined;
  judgement?: Judgement | undefined;
  /** They count once they follow the link that is mailed, until then; without it they count at once. */
  confirmUntil?: Date | undefined;
  /** The text they agreed to. */
  consentTextId?: string | undefined;
  /** Seats do not count: for the recording there is room for everybody. */
  unlimited?: boolean;
  /** One of several dates that are told of in one mail (`registerForDates`): the link is stored, nothing is mailed. */
  quiet?: boolean | undefined;
};
/** `created` is false for a duplicate. */
export type Submitted = { created: boolean; registration: Registration };

export { emailKey };

const letIn: Judgement = { status: "registered", reason: "" };

/**
 * Register once per address. The row, its place, its join token and the mail are one transaction that holds the webinar's
 * row: seats are never given twice, and those who wait stand in the order in which they were stored. A cancelled
 * registration comes back to life at the end of the line. A request that comes again under its idempotency key gets the
 * first answer and causes nothing, not even a mail. Throws conflict when the key came with something else before, and
 * registration.closed when there is no seat and nobody may wait.
 */
export async function insertRegistration(
  db: Executor,
  submission: Submission,
  mail: JoinMail,
  options: SubmitOptions = {},
): Promise<Submitted> {
  const [row] = await db
    .select({ limit: webinars.registrationLimit })
    .from(webinars)
    .where(eq(webinars.id, submission.webinarId));
  const mode = row?.limit == null ? "share" : "update";
  try {
    return await db.transaction((tx) => submit(tx, { submission, mail, options, mode }));
  } catch (error) {
    // A limit was set between the look and the lock: the row must be held alone.
    if (error instanceof LimitAppeared) return insertRegistration(db, submission, mail, options);
    throw error;
  }
}

class LimitAppeared extends Error {}

type Submit = {
  submission: Submission;
  mail: JoinMail;
  options: SubmitOptions;
  mode: "share" | "update";
};

async function submit(tx: Executor, { submission, mail, options, mode }: Submit): Promise<Submitted> {
  const { webinarId, email, name, answers } = submission;
  const key = options.idempotencyKey && {
    scope: `registration:${webinarId}`,
    key: options.idempotencyKey,
    requestHash: hashRequest([emailKey(email), name, answers]),
  };
  const before = key ? await claimKey(tx, key) : undefined;
  const answered = before === undefined ? undefined : await findByEmail(tx, webinarId, email);
  if (answered) return { created: before === "created", registration: answered };
  const rules = await lockSeats(tx, webinarId, mode);
  if (mode === "share" && rules.registrationLimit !== null) throw new LimitAppeared();
  const known = await findByEmail(tx, webinarId, email);
  const stands = known && stillStands(known, options);
  const done =
    known && stands
      ? { created: false, registration: known }
      : await admit(tx, {
          submission,
          options,
          rules: options.unlimited ? { ...rules, registrationLimit: null } : rules,
          known,
        });
  // The webinar's row may be held meanwhile, and everybody else waits for it: as few ways to the database as can be.
  await Promise.all([
    options.quiet
      ? addJoinToken(tx, done.registration.id, mail.tokenHash)
      : mailStatus(tx, done.registration, mail),
    done.created && queueWebhooks(tx, webinarId, newRegistrationEvents(done.registration)),
    key && answerKey(tx, key, done.created ? "created" : "duplicate"),
  ]);
  return done;
}

/** Whether somebody who comes again is registered already, rather than at the end of the line again. */
function stillStands(
  { status, answerUntil }: Registration,
  { unlimited = false }: Pick<SubmitOptions, "unlimited">,
): boolean {
  if (status === "cancelled") return false;
  if (unlimited && (status === "waitlisted" || status === "offered")) return false;
  const answering = status === "offered" || status === "unconfirmed";
  return !answering || (answerUntil !== null && answerUntil.getTime() > Date.now());
}

type Admit = Pick<Submit, "submission" | "options"> & {
  rules: SeatRules;
  known: Registration | undefined;
};

async function admit(tx: Executor, { submission, options, rules, known }: Admit): Promise<Submitted> {
  const judged = await placeFor(tx, submission.webinarId, { rules, judgement: options.judgement ?? letIn });
  const place = confirming(judged, options.confirmUntil);
  const done = await store(tx, { submission, place, known });
  if (options.consentTextId) await recordConsent(tx, done.registration.id, options.consentTextId);
  return done;
}

export type Place = Pick<Registration, "status" | "statusReason" | "waitlistPosition">;
type Confirming = Pick<
  Registration,
  "status" | "statusReason" | "waitlistPosition" | "answerUntil" | "holdsSeat" | "confirmAskedAt"
>;
const counted = { answerUntil: null, holdsSeat: false, confirmAskedAt: null };

/**
 * What is stored until the address is confirmed: the seat there is now is kept as long, and where they stand is found anew
 * then. Who is denied in any case is asked for nothing.
 */
function confirming({ status, statusReason, waitlistPosition }: Place, until: Date | undefined): Confirming {
  if (!until || status === "denied") return { status, statusReason, waitlistPosition, ...counted };
  return {
    status: "unconfirmed",
    statusReason: "",
    waitlistPosition: null,
    answerUntil: until,
    holdsSeat: status === "registered",
    confirmAskedAt: new Date(),
  };
}

/** Where a new registration stands. Only under the lock. Throws registration.closed. */
export async function placeFor(
  tx: Executor,
  webinarId: string,
  { rules, judgement }: { rules: SeatRules; judgement: Judgement },
): Promise<Place> {
  const { status, reason: statusReason } = judgement;
  if (status !== "registered") return { status, statusReason, waitlistPosition: null };
  if (rules.registrationLimit === null) return { status, statusReason, waitlistPosition: null };
  const [free, position] = await Promise.all([countFree(tx, webinarId, rules), nextPosition(tx, webinarId)]);
  if (free > 0) return { status, statusReason, waitlistPosition: null };
  if (!rules.waitlist) throw new RostrumError("registration.closed", "All places are taken.");
  return { status: "waitlisted", statusReason, waitlistPosition: position };
}

async function store(
  tx: Executor,
  {
    submission,
    place,
    known,
  }: { submission: Submission; place: Confirming; known: Registration | undefined },
): Promise<{ created: boolean; registration: Registration }> {
  const values = {
    ...submission,
    ...place,
    email: submission.email.trim(),
    emailKey: emailKey(submission.email),
  };
  const [stored] = known
    ? await tx
        .update(registrations)
        .set({
          ...values,
          unsubscribedAt: null,
          countedBefore: known.countedBefore || known.confirmAskedAt === null || known.confirmedAt !== null,
          confirmRemindedAt: null,
          confirmedAt: null,
          confirmedText: null,
          icsSequence: known.icsSequence + 1,
        })
        .where(eq(registrations.id, known.id))
        .returning()
    : await tx.insert(registrations).values(values).onConflictDoNothing().returning();
  // Without a limit several hold the row together, and another request with this address may have been faster.
  const registration = stored ?? (await findByEmail(tx, submission.webinarId, submission.email));
  if (!registration) throw new Error("the registration vanished");
  return { created: stored !== undefined, registration };
}

export async function findByEmail(
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

/** Mail the personal link again; false when nobody registered with this address. */
export async function resendJoinLink(
  db: Executor,
  who: { webinarId: string; email: string },
  mail: JoinMail,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const registration = await findByEmail(tx, who.webinarId, who.email);
    if (!registration || registration.status === "cancelled") return false;
    await mailStatus(tx, registration, mail);
    return true;
  });
}

export async function addJoinToken(db: Executor, registrationId: string, tokenHash: string): Promise<void> {
  await db.insert(joinTokens).values({ registrationId, tokenHash });
}

/** Whoever a personal link belongs to, however their registration stands: for looking after it, not for getting in. */
export async function findRegistrationByLink(
  db: Executor,
  tokenHash: string,
): Promise<Registration | undefined> {
  const [row] = await db
    .select({ registration: registrations })
    .from(joinTokens)
    .innerJoin(registrations, eq(registrations.id, joinTokens.registrationId))
    .where(and(eq(joinTokens.tokenHash, tokenHash), isNull(joinTokens.revokedAt)));
  return row?.registration;
}

export async function updateRegistration(
  db: Executor,
  id: string,
  change: { name: string; answers: Record<string, string> },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.update(registrations).set(change).where(eq(registrations.id, id)).returning();
    // Nobody is told of an address before it is confirmed.
    if (row && row.status !== "unconfirmed")
      await queueWebhooks(tx, row.webinarId, [registrationEvent("registration.updated", row)]);
  });
}

type Page = {
  webinarId: string;
  after?: { createdAt: Date; id: string };
  search?: string;
  status?: RegistrationStatus;
  limit: number;
};

/** Registrations oldest first, with their stays. */
export async function listRegistrations(db: Executor, page: Page): Promise<RegistrationWithStays[]> {
  const like = page.search ? `%${page.search.replace(/[\\%_]/g, "\\$&")}%` : undefined;
  const rows = await db
    .select()
    .from(registrations)
    .where(
      and(
        eq(registrations.webinarId, page.webinarId),
        page.status ? eq(registrations.status, page.status) : undefined,
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
  const agreed = await latestConsents(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    ...row,
    stays: byParticipant.get(row.id) ?? [],
    consent: agreed.get(row.id) ?? null,
  }));
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

export async function findRegistration(db: Executor, id: string): Promise<Registration | undefined> {
  const [row] = await db.select().from(registrations).where(eq(registrations.id, id));
  return row;
}

/** No more reminders and follow-ups for this registration. Doing it again changes nothing. */
export async function unsubscribe(db: Executor, id: string): Promise<void> {
  await db
    .update(registrations)
    .set({ unsubscribedAt: sql`coalesce(${registrations.unsubscribedAt}, now())` })
    .where(eq(registrations.id, id));
}
