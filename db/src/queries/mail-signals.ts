import { and, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { mailOutbox, registrations, webinars } from "../schema/index.ts";
import { emailKey } from "./email-key.ts";
import { stopMails } from "./mail-stop.ts";
import { type JoinMail, mailStatus, type Registration } from "./registration-seats.ts";
import { queueWebhooks, registrationEvent } from "./webhook-events.ts";

type Known = { id: string; at: Date };

/** Somebody followed a link of the mail; the first time counts. */
export async function noteMailClick(db: Executor, { id, at }: Known): Promise<void> {
  await db
    .update(mailOutbox)
    .set({ clickedAt: at })
    .where(and(eq(mailOutbox.id, id), isNull(mailOutbox.clickedAt)));
}

/** The mail's picture was loaded, where its host wants to know; the first time counts. */
export async function noteMailOpen(
  db: Executor,
  { id, at, proxy }: Known & { proxy: boolean },
): Promise<void> {
  const column = proxy ? mailOutbox.proxyOpenedAt : mailOutbox.openedAt;
  await db
    .update(mailOutbox)
    .set(proxy ? { proxyOpenedAt: at } : { openedAt: at })
    .where(
      and(
        eq(mailOutbox.id, id),
        isNull(column),
        sql`exists (select 1 from ${webinars} where ${webinars.id} = ${mailOutbox.webinarId} and ${webinars.mailOpens})`,
      ),
    );
}

/** The receiving server has it, as the provider tells. */
export async function noteMailDelivered(db: Executor, { id, at }: Known): Promise<void> {
  await db
    .update(mailOutbox)
    .set({ deliveredAt: sql`coalesce(${mailOutbox.deliveredAt}, ${at.toISOString()}::timestamptz)` })
    .where(and(eq(mailOutbox.id, id), isNull(mailOutbox.bouncedAt)));
}

/**
 * It came back. For good (`hard`): nothing more is sent to that address of that registration until somebody mends it; a mail
 * to an address that was mended meanwhile says nothing about the new one. False for a mail nobody knows.
 */
export async function noteMailBounce(
  db: Executor,
  { id, at, reason, hard }: Known & { reason: string; hard: boolean },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [mail] = await tx
      .update(mailOutbox)
      .set({
        bouncedAt: sql`coalesce(${mailOutbox.bouncedAt}, ${at.toISOString()}::timestamptz)`,
        error: reason.slice(0, 500),
      })
      .where(eq(mailOutbox.id, id))
      .returning();
    if (mail && hard) await stopMails(tx, mail, { at, reason });
    return mail !== undefined;
  });
}

/**
 * Another address for a registration: its mails go there from now on, the link among them, at once. Answers "taken" when
 * somebody else is registered with it, undefined when there is no such registration.
 */
export async function mendAddress(
  db: Executor,
  { webinarId, registrationId, email }: { webinarId: string; registrationId: string; email: string },
  mail: JoinMail,
): Promise<Registration | "taken" | undefined> {
  return db.transaction(async (tx) => {
    const [taken] = await tx
      .select({ id: registrations.id })
      .from(registrations)
      .where(and(eq(registrations.webinarId, webinarId), eq(registrations.emailKey, emailKey(email))));
    if (taken && taken.id !== registrationId) return "taken";
    const [registration] = await tx
      .update(registrations)
      .set({ email: email.trim(), emailKey: emailKey(email), bouncedAt: null, bounceReason: "" })
      .where(
        and(
          eq(registrations.id, registrationId),
          eq(registrations.webinarId, webinarId),
          isNull(registrations.erasedAt),
        ),
      )
      .returning();
    if (!registration) return undefined;
    // What waits for the old address goes to the new one.
    await tx
      .update(mailOutbox)
      .set({ recipient: registration.email })
      .where(
        and(
          eq(mailOutbox.registrationId, registrationId),
          isNull(mailOutbox.sentAt),
          isNull(mailOutbox.failedAt),
        ),
      );
    await mailStatus(tx, registration, mail);
    await queueWebhooks(tx, webinarId, [registrationEvent("registration.updated", registration)]);
    return registration;
  });
}

export type MailTotals = {
  kind: string;
  queued: number;
  sent: number;
  delivered: number;
  bounced: number;
  opened: number;
  proxyOpened: number;
  clicked: number;
  failed: number;
};

/** What became of a webinar's mails to registrants, by kind, as long as mails are remembered. */
export async function countMails(db: Executor, webinarId: string): Promise<MailTotals[]> {
  const having = (column: string) => sql.raw(`count(*) filter (where ${column} is not null)::int`);
  return (await db.execute(sql`
    select kind, count(*)::int as queued, ${having("sent_at")} as sent, ${having("delivered_at")} as delivered,
           ${having("bounced_at")} as bounced, ${having("opened_at")} as opened,
           count(*) filter (where proxy_opened_at is not null and opened_at is null)::int as "proxyOpened",
           ${having("clicked_at")} as clicked,
           count(*) filter (where failed_at is not null and bounced_at is null)::int as failed
    from mail_outbox where webinar_id = ${webinarId} and registration_id is not null
    group by kind order by min(created_at)`)) as unknown as MailTotals[];
}

/** Registrations whose address takes no mail. */
export async function countBounced(db: Executor, webinarId: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(registrations)
    .where(
      and(
        eq(registrations.webinarId, webinarId),
        sql`${registrations.bouncedAt} is not null`,
        isNull(registrations.erasedAt),
      ),
    );
  return row?.count ?? 0;
}

export async function saveMailOpens(db: Executor, webinarId: string, on: boolean): Promise<void> {
  await db.update(webinars).set({ mailOpens: on }).where(eq(webinars.id, webinarId));
}
