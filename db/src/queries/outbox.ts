import { and, eq, isNull, lte, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { audit, mailOutbox } from "../schema/index.ts";

export type OutboxMail = typeof mailOutbox.$inferSelect;
/** Give up after this many attempts; with the back-off below that is about two days. */
export const maxMailAttempts = 12;

export async function queueMail(
  db: Executor,
  mail: { webinarId: string | null; recipient: string; kind: string; payload: Record<string, string> },
): Promise<void> {
  await db.insert(mailOutbox).values(mail);
}

/**
 * Take due mails one batch at a time and hand each to `send`. A row stays locked while it is sent, so two workers never
 * send the same mail; a crash in between sends it again.
 */
export async function sendDueMails(
  db: Executor,
  send: (mail: OutboxMail) => Promise<void>,
  limit = 20,
): Promise<number> {
  return db.transaction(async (tx) => {
    const due = await tx
      .select()
      .from(mailOutbox)
      .where(
        and(
          isNull(mailOutbox.sentAt),
          isNull(mailOutbox.failedAt),
          lte(mailOutbox.nextAttemptAt, sql`now()`),
        ),
      )
      .orderBy(mailOutbox.createdAt)
      .limit(limit)
      .for("update", { skipLocked: true });
    for (const mail of due) await attempt(tx, mail, send);
    return due.length;
  });
}

async function attempt(
  db: Executor,
  mail: OutboxMail,
  send: (mail: OutboxMail) => Promise<void>,
): Promise<void> {
  const attempts = mail.attempts + 1;
  try {
    await send(mail);
    await db
      .update(mailOutbox)
      .set({ sentAt: new Date(), attempts, payload: {}, error: null })
      .where(eq(mailOutbox.id, mail.id));
  } catch (error) {
    const text = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    const waitSeconds = Math.min(6 * 3600, 5 * 3 ** mail.attempts);
    await db
      .update(mailOutbox)
      .set({
        attempts,
        error: text,
        nextAttemptAt: new Date(Date.now() + waitSeconds * 1000),
        ...(attempts >= maxMailAttempts ? { failedAt: new Date() } : {}),
      })
      .where(eq(mailOutbox.id, mail.id));
  }
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
