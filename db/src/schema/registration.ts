import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

export const registrations = pgTable(
  "registrations",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** As typed, for mail and exports. */
    email: text("email").notNull(),
    /** Trimmed and lower-cased: one registration each. */
    emailKey: text("email_key").notNull(),
    name: text("name").notNull(),
    answers: jsonb("answers").$type<Record<string, string>>().notNull().default({}),
    utm: jsonb("utm").$type<Record<string, string>>().notNull().default({}),
    /** The page that linked here, without its query. */
    referrer: text("referrer").notNull().default(""),
    /**
     * `registered` has a seat; `pending` waits for the host, `waitlisted` for a seat; `offered` may take one, `unconfirmed`
     * may confirm their address, both until `answerUntil`.
     */
    status: text("status", {
      enum: ["registered", "pending", "waitlisted", "offered", "unconfirmed", "denied", "cancelled"],
    })
      .notNull()
      .default("registered"),
    /** Why it is what it is, when somebody or a rule decided so. */
    statusReason: text("status_reason").notNull().default(""),
    /** The order of those who wait, given under the webinar's lock; kept when they move up. */
    waitlistPosition: integer("waitlist_position"),
    /** When an offer or the time to confirm ends; kept when it ended so. */
    answerUntil: instant("answer_until"),
    /** A seat is kept for who was offered one, and mostly for who has not confirmed yet. */
    holdsSeat: boolean("holds_seat").notNull().default(false),
    /** When the link that confirms the address was asked for, reminded of once, and followed; null where none was needed. */
    confirmAskedAt: instant("confirm_asked_at"),
    confirmRemindedAt: instant("confirm_reminded_at"),
    confirmedAt: instant("confirmed_at"),
    /** It counted before it was cancelled and asked for again: it is not forgotten when nobody confirms. */
    countedBefore: boolean("counted_before").notNull().default(false),
    /** Language and version of the words they confirmed with. */
    confirmedText: text("confirmed_text"),
    /** Added to the webinar's: rises when this registration alone leaves or comes back (RFC 5546 §2.1.4). */
    icsSequence: integer("ics_sequence").notNull().default(0),
    /** No reminders or follow-ups since (RFC 8058); what changes or is cancelled is still told. */
    unsubscribedAt: instant("unsubscribed_at"),
    /** The address takes no mail (since then, and why): nothing is sent to it until somebody mends it. */
    bouncedAt: instant("bounced_at"),
    bounceReason: text("bounce_reason").notNull().default(""),
    origin: text("origin", { enum: ["form", "import", "api"] })
      .notNull()
      .default("form"),
    /** A host has removed them from the webinar, until they are let back in; their registration stays. */
    removedAt: instant("removed_at"),
    /** Nothing is known of who it was any more; the row stays, so that totals do. */
    erasedAt: instant("erased_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("registrations_email_key").on(table.webinarId, table.emailKey),
    index("registrations_created").on(table.webinarId, table.createdAt, table.id),
    index("registrations_status").on(table.webinarId, table.status),
    index("registrations_answer_until")
      .on(table.answerUntil)
      .where(sql`${table.status} in ('offered', 'unconfirmed')`),
    uniqueIndex("registrations_waitlist").on(table.webinarId, table.waitlistPosition),
    check("registrations_email_key_normal", sql`${table.emailKey} = lower(btrim(${table.emailKey}))`),
    check("registrations_email_length", sql`char_length(${table.email}) between 3 and 254`),
    check(
      "registrations_status",
      sql`${table.status} in ('registered', 'pending', 'waitlisted', 'offered', 'unconfirmed', 'denied', 'cancelled')`,
    ),
    check(
      "registrations_answers_until",
      sql`${table.status} not in ('offered', 'unconfirmed') or ${table.answerUntil} is not null`,
    ),
    check(
      "registrations_holds_seat",
      sql`case ${table.status} when 'offered' then ${table.holdsSeat} when 'unconfirmed' then true else not ${table.holdsSeat} end`,
    ),
    check("registrations_confirmed_text_length", sql`char_length(${table.confirmedText}) <= 20`),
    check(
      "registrations_waitlisted_has_place",
      sql`${table.status} <> 'waitlisted' or ${table.waitlistPosition} is not null`,
    ),
    check("registrations_origin", sql`${table.origin} in ('form', 'import', 'api')`),
    check("registrations_reason_length", sql`char_length(${table.statusReason}) <= 300`),
    check("registrations_name_length", sql`char_length(${table.name}) between 1 and 80`),
  ],
);

/** Personal join links. A new mail makes a new one; older ones keep working until the webinar is over. */
export const joinTokens = pgTable(
  "join_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    registrationId: uuid("registration_id")
      .notNull()
      .references(() => registrations.id, { onDelete: "cascade" }),
    revokedAt: instant("revoked_at"),
    createdAt: createdAt(),
  },
  (table) => [index("join_tokens_registration").on(table.registrationId)],
);

/** An answer given once under a client-made key is given again to a retry. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    /** Null only inside the transaction that works on it. */
    answer: text("answer"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("idempotency_keys_key").on(table.scope, table.key),
    index("idempotency_keys_created").on(table.createdAt),
  ],
);

/** What people are asked to agree to. A changed text is a new version: what somebody agreed to stays what it was. */
export const consentTexts = pgTable(
  "consent_texts",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    text: text("text").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("consent_texts_version").on(table.webinarId, table.version),
    check("consent_texts_length", sql`char_length(${table.text}) <= 2000`),
  ],
);

/** Who agreed to which text, and when. */
export const consents = pgTable(
  "consents",
  {
    registrationId: uuid("registration_id")
      .notNull()
      .references(() => registrations.id, { onDelete: "cascade" }),
    consentTextId: uuid("consent_text_id")
      .notNull()
      .references(() => consentTexts.id, { onDelete: "cascade" }),
    agreedAt: instant("agreed_at").notNull().defaultNow(),
    /** When the address was proved to be theirs, where that was asked. */
    confirmedAt: instant("confirmed_at"),
  },
  (table) => [primaryKey({ columns: [table.registrationId, table.consentTextId] })],
);

/** How often a registration page was opened, by day (UTC) and source: the first step of the funnel. Nobody's name. */
export const pageVisits = pgTable(
  "page_visits",
  {
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    day: date("day", { mode: "string" }).notNull(),
    source: text("source").notNull(),
    visits: integer("visits").notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.webinarId, table.day, table.source] }),
    check("page_visits_source_length", sql`char_length(${table.source}) between 1 and 120`),
  ],
);

/** The last test of their connection that a registrant made: what was found, and what it means. */
export const connectionChecks = pgTable(
  "connection_checks",
  {
    registrationId: uuid("registration_id")
      .primaryKey()
      .references(() => registrations.id, { onDelete: "cascade" }),
    verdict: text("verdict", { enum: ["good", "fair", "limited", "bad"] }).notNull(),
    findings: jsonb("findings").$type<string[]>().notNull(),
    measured: jsonb("measured").$type<Record<string, string | number | boolean | null>>().notNull(),
    checkedAt: instant("checked_at").notNull().defaultNow(),
  },
  (table) => [
    check("connection_checks_verdict", sql`${table.verdict} in ('good', 'fair', 'limited', 'bad')`),
  ],
);
