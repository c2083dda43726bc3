import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { organisations, users } from "./account.ts";
import { createdAt, id, instant } from "./columns.ts";
import { registrations } from "./registration.ts";
import { webinars } from "./webinar.ts";

/** A program that may call the API. Only the hash of its key is stored. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    /** Who hosts the webinars that it makes. */
    createdBy: uuid("created_by")
      .notNull()
      .references(() => users.id),
    name: text("name").notNull(),
    /** The beginning of the key, to tell it by. */
    prefix: text("prefix").notNull(),
    keyHash: text("key_hash").notNull().unique(),
    scopes: jsonb("scopes").$type<string[]>().notNull(),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("api_keys_organisation").on(table.organisationId, table.createdAt),
    check("api_keys_name_length", sql`char_length(${table.name}) between 1 and 80`),
  ],
);

/** Where an organisation's webhooks go. */
export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    url: text("url").notNull(),
    name: text("name").notNull().default(""),
    events: jsonb("events").$type<string[]>().notNull(),
    /** Sealed by web: the signature needs the secret itself, a hash would not do. */
    secret: text("secret").notNull(),
    /** Signs beside the new one until receivers know that. */
    previousSecret: text("previous_secret"),
    previousUntil: instant("previous_until"),
    disabledAt: instant("disabled_at"),
    disabledReason: text("disabled_reason").notNull().default(""),
    createdAt: createdAt(),
  },
  (table) => [
    index("webhook_endpoints_organisation").on(table.organisationId, table.createdAt),
    check("webhook_endpoints_url", sql`${table.url} ~* '^https?://' and char_length(${table.url}) <= 2000`),
    check("webhook_endpoints_name_length", sql`char_length(${table.name}) <= 80`),
  ],
);

/** Webhooks to deliver, written in the transaction that causes them; one row per endpoint that wants the event. */
export const webhookOutbox = pgTable(
  "webhook_outbox",
  {
    id: id(),
    /** The order in which events of one thing happened: rows are written while that thing's row is held. */
    seq: bigserial("seq", { mode: "number" }).notNull(),
    /** What the receiver knows the message by: the same in every attempt, also by hand. */
    messageId: uuid("message_id").notNull(),
    endpointId: uuid("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: "cascade" }),
    webinarId: uuid("webinar_id").references(() => webinars.id, { onDelete: "cascade" }),
    /** Whose data the payload holds. */
    registrationId: uuid("registration_id").references(() => registrations.id, { onDelete: "cascade" }),
    /** Of deliveries with the same key to the same endpoint the earlier one goes first. */
    orderKey: text("order_key").notNull(),
    event: text("event").notNull(),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    byHand: boolean("by_hand").notNull().default(false),
    attempts: integer("attempts").notNull().default(0),
    lastAttemptAt: instant("last_attempt_at"),
    /** What the last attempt was answered; null when it was not. */
    lastStatus: integer("last_status"),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    /** Whoever tries it now, and until when nobody else may. */
    claim: uuid("claim"),
    claimedUntil: instant("claimed_until"),
    deliveredAt: instant("delivered_at"),
    failedAt: instant("failed_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("webhook_outbox_due")
      .on(table.nextAttemptAt)
      .where(sql`${table.deliveredAt} is null and ${table.failedAt} is null`),
    index("webhook_outbox_order")
      .on(table.endpointId, table.orderKey, table.seq)
      .where(sql`${table.deliveredAt} is null and ${table.failedAt} is null`),
    index("webhook_outbox_log").on(table.endpointId, table.seq),
    index("webhook_outbox_registration").on(table.registrationId),
    index("webhook_outbox_webinar").on(table.webinarId),
    check("webhook_outbox_one_end", sql`${table.deliveredAt} is null or ${table.failedAt} is null`),
  ],
);

/** What became of each attempt, for the log. */
export const webhookAttempts = pgTable(
  "webhook_attempts",
  {
    id: id(),
    deliveryId: uuid("delivery_id")
      .notNull()
      .references(() => webhookOutbox.id, { onDelete: "cascade" }),
    startedAt: instant("started_at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** HTTP status; null when there was no answer. */
    status: integer("status"),
    /** The beginning of the answer, or why there was none. */
    excerpt: text("excerpt").notNull().default(""),
  },
  (table) => [index("webhook_attempts_delivery").on(table.deliveryId, table.startedAt)],
);

/** Webinars that are over and whose `attendance.finished` events are written. */
export const webhookWrapUps = pgTable("webhook_wrap_ups", {
  webinarId: uuid("webinar_id")
    .primaryKey()
    .references(() => webinars.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
});

/** A short link to a registration page, with the campaign it belongs to. */
export const campaignLinks = pgTable(
  "campaign_links",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** In the address, and in `utm_id` of everybody who registers by it. */
    code: text("code").notNull().unique(),
    name: text("name").notNull(),
    utm: jsonb("utm").$type<Record<string, string>>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("campaign_links_webinar").on(table.webinarId, table.createdAt),
    check("campaign_links_name_length", sql`char_length(${table.name}) between 1 and 80`),
  ],
);

/** People who followed a link, by day (UTC). Nobody's name. */
export const campaignLinkVisits = pgTable(
  "campaign_link_visits",
  {
    linkId: uuid("link_id")
      .notNull()
      .references(() => campaignLinks.id, { onDelete: "cascade" }),
    day: date("day", { mode: "string" }).notNull(),
    visits: integer("visits").notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.linkId, table.day] })],
);
