import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { registrations } from "./registration.ts";
import { webinars } from "./webinar.ts";

/** Mails to send, written in the transaction that causes them. */
export const mailOutbox = pgTable(
  "mail_outbox",
  {
    id: id(),
    webinarId: uuid("webinar_id").references(() => webinars.id, { onDelete: "cascade" }),
    /** Whose mail it is, for their timeline; null for panelists and sign-in. */
    registrationId: uuid("registration_id").references(() => registrations.id, { onDelete: "cascade" }),
    recipient: text("recipient").notNull(),
    kind: text("kind").notNull(),
    /** What the template needs. Holds a link, so it is cleared once the mail is sent or given up. */
    payload: jsonb("payload").$type<Record<string, string>>().notNull(),
    /** One mail per key, whoever queues it. */
    dedupeKey: text("dedupe_key").unique(),
    /** Rather lost than sent twice: given to the server once, and never again when nobody knows what became of it. */
    once: boolean("once").notNull().default(false),
    /** When it was given to the server, for those. */
    startedAt: instant("started_at"),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    sentAt: instant("sent_at"),
    failedAt: instant("failed_at"),
    error: text("error"),
    /** What is known of it afterwards: the receiving server has it, or sent it back. */
    deliveredAt: instant("delivered_at"),
    bouncedAt: instant("bounced_at"),
    /** Its picture was loaded: by a reader, or by a provider's proxy, which says nothing about anybody. */
    openedAt: instant("opened_at"),
    proxyOpenedAt: instant("proxy_opened_at"),
    clickedAt: instant("clicked_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("mail_outbox_due")
      .on(table.nextAttemptAt)
      .where(sql`${table.sentAt} is null and ${table.failedAt} is null`),
    index("mail_outbox_registration").on(table.registrationId),
    index("mail_outbox_webinar").on(table.webinarId, table.kind),
    check("mail_outbox_one_end", sql`${table.sentAt} is null or ${table.failedAt} is null`),
  ],
);

/**
 * Rooms whose event log may lack something that is stored: the log could not be written after a commit, or a web
 * process ended between the two. Paid by giving the log a new epoch, which makes every follower read the room again.
 */
export const roomResyncs = pgTable("room_resyncs", {
  webinarId: uuid("webinar_id")
    .primaryKey()
    .references(() => webinars.id, { onDelete: "cascade" }),
  requestedAt: instant("requested_at").notNull().defaultNow(),
});
