import { and, asc, eq, isNull, lt, lte, min, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import type { MailText } from "../schema/brand.ts";
import { audit, mailOutbox, webinars } from "../schema/index.ts";
import { stopMails } from "./mail-stop.ts";

export type OutboxMail = typeof mailOutbox.$inferSelect;
/** Give up after this many attempts; with the back-off below that is about two days. */
export const maxMailAttempts = 12;
const mailMemoryMs = 30 * 24 * 3600_000;

export async function queueMail(
  db: Executor,
  mail: {
    webinarId: string | null;
    registrationId?: string;
    recipient: string;
    kind: string;
    payload: Record<string, string>;
    /** Rather lost than sent twice. */
    once?: boolean;
  },
): Promise<void> {
  await db.insert(mailOutbox).values(mail);
}

/** A refusal that trying again cannot change: the mail is given up at once. */
export class PermanentMailError extends Error {
  /** The server says that there is no such mailbox. */
  readonly bounced: boolean;

  constructor(message: string, options: ErrorOptions & { bounced?: boolean } = {}) {
    super(message, options);
    this.bounced = options.bounced ?? false;
  }
}

/** A mail to be sent once at most that has been with the server this long has had its chance, ms. */
const chanceMs = 15 * 60_000;

/**
 * Hand due mails to `send`, oldest first, at most `limit`. Two workers never send the same mail. Most are sent again when
 * a worker dies between sending and noting it; those marked `once` are noted first, and rather lost than sent twice.
 * Answers how many were tried.
 */
export async function sendDueMails(
  db: Executor,
  send: (mail: OutboxMail) => Promise<void>,
  limit = 20,
): Promise<number> {
  for (let tried = 0; tried < limit; tried++) {
    if (!(await sendOneMail(db, send)) && !(await sendOnce(db, send))) return tried;
  }
  return limit;
}

const nextDue = async (tx: Executor, once: boolean): Promise<OutboxMail | undefined> => {
  const [mail] = await tx
    .select()
    .from(mailOutbox)
    .where(
      and(
        eq(mailOutbox.once, once),
        isNull(mailOutbox.startedAt),
        isNull(mailOutbox.sentAt),
        isNull(mailOutbox.failedAt),
        lte(mailOutbox.nextAttemptAt, sql`now()`),
      ),
    )
    .orderBy(mailOutbox.nextAttemptAt)
    .limit(1)
    .for("update", { skipLocked: true });
  return mail;
};

/** The row stays locked while it is sent: a slow server holds up one row, a crash in between sends it again. */
function sendOneMail(db: Executor, send: (mail: OutboxMail) => Promise<void>): Promise<boolean> {
  return db.transaction(async (tx) => {
    const mail = await nextDue(tx, false);
    if (!mail) return false;
    await settle(tx, mail, await attempt(mail, send));
    return true;
  });
}

/** Noted and committed before it is sent. Only a server that refused it, and so has not got it, gets it again. */
async function sendOnce(db: Executor, send: (mail: OutboxMail) => Promise<void>): Promise<boolean> {
  const mail = await db.transaction(async (tx) => {
    const due = await nextDue(tx, true);
    if (due) await tx.update(mailOutbox).set({ startedAt: new Date() }).where(eq(mailOutbox.id, due.id));
    return due;
  });
  if (!mail) return false;
  const outcome = await attempt(mail, send);
  await db.transaction((tx) => settle(tx, mail, { ...outcome, startedAt: null }));
  return true;
}

/** Note it; an address that takes no mail gets none any more. */
async function settle(tx: Executor, mail: OutboxMail, outcome: Partial<OutboxMail>): Promise<void> {
  await tx.update(mailOutbox).set(outcome).where(eq(mailOutbox.id, mail.id));
  if (outcome.bouncedAt) await stopMails(tx, mail, { at: outcome.bouncedAt, reason: outcome.error ?? "" });
}

/** Give up mails whose worker died with them: nobody knows whether they were sent. Answers how many. */
export async function giveUpLostMails(db: Executor, now: Date): Promise<number> {
  const lost = await db
    .update(mailOutbox)
    .set({
      failedAt: now,
      payload: {},
      error: "The worker ended while sending; perhaps sent, and not sent again.",
    })
    .where(
      and(
        isNull(mailOutbox.sentAt),
        isNull(mailOutbox.failedAt),
        lt(mailOutbox.startedAt, new Date(now.getTime() - chanceMs)),
      ),
    )
    .returning({ id: mailOutbox.id });
  return lost.length;
}

/** What became of a mail. The payload holds a personal link: it goes when nobody needs it any more. */
async function attempt(
  mail: OutboxMail,
  send: (mail: OutboxMail) => Promise<void>,
): Promise<Partial<OutboxMail>> {
  const attempts = mail.attempts + 1;
  try {
    await send(mail);
    return { sentAt: new Date(), attempts, payload: {}, error: null };
  } catch (error) {
    const text = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    if (error instanceof PermanentMailError || attempts >= maxMailAttempts)
      return {
        attempts,
        error: text,
        failedAt: new Date(),
        payload: {},
        ...(error instanceof PermanentMailError && error.bounced ? { bouncedAt: new Date() } : {}),
      };
    const waitSeconds = Math.min(6 * 3600, 5 * 3 ** mail.attempts);
    return { attempts, error: text, nextAttemptAt: new Date(Date.now() + waitSeconds * 1000) };
  }
}

/** Mails that wait to be sent, and since when the oldest of them is due. */
export async function countDueMails(db: Executor): Promise<{ due: number; oldest: Date | null }> {
  const [row] = await db
    .select({ due: sql<number>`count(*)::int`, oldest: min(mailOutbox.createdAt) })
    .from(mailOutbox)
    .where(and(isNull(mailOutbox.sentAt), isNull(mailOutbox.failedAt)));
  return row ?? { due: 0, oldest: null };
}

/** Mails that are done with are kept for questions about them, then forgotten. */
export async function deleteOldMails(db: Executor, now: Date): Promise<void> {
  const limit = new Date(now.getTime() - mailMemoryMs);
  await db.delete(mailOutbox).where(or(lt(mailOutbox.sentAt, limit), lt(mailOutbox.failedAt, limit)));
}

export async function recordAudit(
  db: Executor,
  entry: {
    organisationId: string | null;
    actorId: string | null;
    action: string;
    subject: string;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  await db.insert(audit).values(entry);
}

export type MailTrace = Pick<
  OutboxMail,
  | "id"
  | "kind"
  | "createdAt"
  | "sentAt"
  | "failedAt"
  | "attempts"
  | "error"
  | "deliveredAt"
  | "bouncedAt"
  | "openedAt"
  | "proxyOpenedAt"
  | "clickedAt"
>;

/** What was and will be mailed to a registrant, oldest first; as long as mails are remembered. Without what is in them. */
export async function listMailsOf(
  db: Executor,
  webinarId: string,
  registrationId: string,
): Promise<MailTrace[]> {
  const { id, kind, createdAt, sentAt, failedAt, attempts, error } = mailOutbox;
  const { deliveredAt, bouncedAt, openedAt, proxyOpenedAt, clickedAt } = mailOutbox;
  const signals = { deliveredAt, bouncedAt, openedAt, proxyOpenedAt, clickedAt };
  return db
    .select({ id, kind, createdAt, sentAt, failedAt, attempts, error, ...signals })
    .from(mailOutbox)
    .where(and(eq(mailOutbox.webinarId, webinarId), eq(mailOutbox.registrationId, registrationId)))
    .orderBy(asc(createdAt), asc(id))
    .limit(200);
}

/** Keep a host's words for one kind of mail; null forgets them. */
export async function saveMailTexts(
  db: Executor,
  webinarId: string,
  kind: string,
  words: MailText | null,
): Promise<void> {
  const mailTexts = words
    ? sql`jsonb_set(${webinars.mailTexts}, array[${kind}], ${JSON.stringify(words)}::text::jsonb)`
    : sql`${webinars.mailTexts} - ${kind}::text`;
  await db.update(webinars).set({ mailTexts }).where(eq(webinars.id, webinarId));
}
