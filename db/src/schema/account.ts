import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { OrganisationBrand } from "./brand.ts";
import { createdAt, id, instant } from "./columns.ts";

export const organisations = pgTable(
  "organisations",
  {
    id: id(),
    name: text("name").notNull(),
    /** What its webinars show when they choose nothing of their own. */
    brand: jsonb("brand").$type<OrganisationBrand>().notNull().default({ accent: null, logo: null }),
    /** Sites (`https://example.com`) whose pages may show its registration forms. */
    embedOrigins: jsonb("embed_origins").$type<string[]>().notNull().default([]),
    /** Days after a webinar's end for which people's data is kept; null: until somebody erases it. */
    retentionDays: integer("retention_days"),
    /** The same for recordings and all that goes with them; null: for ever. */
    recordingDays: integer("recording_days"),
    createdAt: createdAt(),
  },
  (table) => [
    check("organisations_retention", sql`${table.retentionDays} between 0 and 3650`),
    check("organisations_recording_days", sql`${table.recordingDays} between 1 and 3650`),
  ],
);

export const users = pgTable(
  "users",
  {
    id: id(),
    /** As typed; compared through `lower(email)`. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    /** What they read studio and console in; null: what their browser asks for. */
    locale: text("locale", { enum: ["en", "de"] }),
    createdAt: createdAt(),
  },
  (table) => [
    check("users_locale", sql`${table.locale} in ('en', 'de')`),
    uniqueIndex("users_email_key").on(sql`lower(${table.email})`),
    check("users_email_length", sql`char_length(${table.email}) between 3 and 254`),
  ],
);

export const memberships = pgTable(
  "memberships",
  {
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["owner", "host", "moderator", "marketer", "analyst"] }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.userId] }),
    check("memberships_role", sql`${table.role} in ('owner', 'host', 'moderator', 'marketer', 'analyst')`),
  ],
);

/** A signed-in browser. Only the hash of its cookie is stored. */
export const sessions = pgTable(
  "sessions",
  {
    tokenHash: text("token_hash").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Which of their organisations they work in now; null, or one they left: the first. */
    organisationId: uuid("organisation_id").references(() => organisations.id, { onDelete: "set null" }),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("sessions_user").on(table.userId)],
);

/** A mailed sign-in link: works once, for a short time. */
export const magicLinks = pgTable("magic_links", {
  tokenHash: text("token_hash").primaryKey(),
  email: text("email").notNull(),
  next: text("next"),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  createdAt: createdAt(),
});

/** Somebody asked to join an organisation; becomes a membership when they sign in with this address. */
export const invitations = pgTable(
  "invitations",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    /** Trimmed and lower-cased. */
    email: text("email").notNull(),
    role: text("role", { enum: ["owner", "host", "moderator", "marketer", "analyst"] }).notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("invitations_email_key").on(table.organisationId, table.email),
    check("invitations_email_normal", sql`${table.email} = lower(btrim(${table.email}))`),
    check("invitations_role", sql`${table.role} in ('owner', 'host', 'moderator', 'marketer', 'analyst')`),
  ],
);
