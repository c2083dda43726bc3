import { sql } from "drizzle-orm";
import { check, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./account.ts";
import type { MailText, PublicPage } from "./brand.ts";
import { createdAt, id } from "./columns.ts";

/** How its dates were found: local times of the first, in the host's zone; `without` are local days (YYYY-MM-DD). */
export type SeriesRule = {
  every: "week" | "two-weeks" | "month";
  count: number;
  timeZone: string;
  without: string[];
};

/** Webinars that belong together: each date is a webinar of its own. */
export const series = pgTable(
  "series",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    rule: jsonb("rule").$type<SeriesRule>().notNull(),
    /** What a registration is for: every date, one of them, or those that somebody chooses. */
    choice: text("choice", { enum: ["all", "one", "chosen"] })
      .notNull()
      .default("chosen"),
    createdAt: createdAt(),
  },
  (table) => [check("series_choice", sql`${table.choice} in ('all', 'one', 'chosen')`)],
);

/** A webinar without its date: what a copy of it begins with. */
export type Blueprint = {
  title: string;
  description: string;
  durationMinutes: number;
  timeZone: string;
  seats: number;
  locale: "en" | "de";
  visibility: "public" | "unlisted";
  page: PublicPage;
  mailTexts: Record<string, MailText>;
  rules: {
    registrationLimit: number | null;
    waitlist: boolean;
    /** Missing in templates that are older. */
    offerHours?: number | null;
    doubleOptIn?: boolean;
    confirmHours?: number;
    registrationClosesAfter?: number | null;
    passcodeHash?: string | null;
    passcodeAt?: "register" | "join" | "both";
    passcodeInLinks?: boolean;
    approval: "approve" | "review" | "deny";
    allowedDomains: string[];
    blockedDomains: string[];
    consentText: string;
  };
  fields: {
    id: string;
    kind: string;
    label: string;
    options: string[];
    required: boolean;
    help: string;
    showIf: { fieldId: string; equals: string } | null;
  }[];
  mails: {
    reminders: number[];
    followUp: { offsetMinutes: number; attendedText: string; missedText: string } | null;
  };
  destinations: { label: string; url: string }[];
};

/** Webinars kept to begin others with. */
export const templates = pgTable(
  "templates",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    blueprint: jsonb("blueprint").$type<Blueprint>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("templates_organisation").on(table.organisationId),
    check("templates_name_length", sql`char_length(${table.name}) between 1 and 120`),
  ],
);
