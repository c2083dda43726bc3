import { sql } from "drizzle-orm";
import {
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
    status: text("status", { enum: ["registered", "cancelled"] })
      .notNull()
      .default("registered"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("registrations_email_key").on(table.webinarId, table.emailKey),
    index("registrations_created").on(table.webinarId, table.createdAt, table.id),
    check("registrations_email_key_normal", sql`${table.emailKey} = lower(btrim(${table.emailKey}))`),
    check("registrations_email_length", sql`char_length(${table.email}) between 3 and 254`),
    check("registrations_status", sql`${table.status} in ('registered', 'cancelled')`),
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
