import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

/** Mails to send, written in the transaction that causes them. */
export const mailOutbox = pgTable(
  "mail_outbox",
  {
    id: id(),
    webinarId: uuid("webinar_id").references(() => webinars.id, { onDelete: "cascade" }),
    recipient: text("recipient").notNull(),
    kind: text("kind").notNull(),
    /** What the template needs. Holds a link, so it is cleared once the mail is sent. */
    payload: jsonb("payload").$type<Record<string, string>>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    sentAt: instant("sent_at"),
    failedAt: instant("failed_at"),
    error: text("error"),
    createdAt: createdAt(),
  },
  (table) => [
    index("mail_outbox_due")
      .on(table.nextAttemptAt)
      .where(sql`${table.sentAt} is null and ${table.failedAt} is null`),
  ],
);

/** Calls to make to other systems; filled and delivered as integrations are added. */
export const webhookOutbox = pgTable(
  "webhook_outbox",
  {
    id: id(),
    webinarId: uuid("webinar_id").references(() => webinars.id, { onDelete: "cascade" }),
    event: text("event").notNull(),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    deliveredAt: instant("delivered_at"),
    failedAt: instant("failed_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("webhook_outbox_due")
      .on(table.nextAttemptAt)
      .where(sql`${table.deliveredAt} is null and ${table.failedAt} is null`),
  ],
);

/** Who did what. Never changed, never holds secrets. */
export const audit = pgTable(
  "audit",
  {
    id: id(),
    organisationId: uuid("organisation_id"),
    actorId: uuid("actor_id"),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [index("audit_organisation").on(table.organisationId, table.createdAt)],
);
