import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

/**
 * Mails to everybody who is registered: reminders before the start, what changed, that it is cancelled, what
 * follows, and that the replay is there.
 * When one is due is worked out from the webinar each time, so that it moves with it.
 */
export const campaigns = pgTable(
  "campaigns",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["reminder", "changed", "cancelled", "follow-up", "replay"] }).notNull(),
    /** Minutes before the start for a reminder, after the end for a follow-up. */
    offsetMinutes: integer("offset_minutes").notNull().default(0),
    /** What the host says in a follow-up, to those who came and to those who did not. */
    attendedText: text("attended_text").notNull().default(""),
    missedText: text("missed_text").notNull().default(""),
    /** The start (reminder) or moment for which everybody's mail is queued. */
    doneFor: instant("done_for"),
    createdAt: createdAt(),
  },
  (table) => [
    index("campaigns_webinar").on(table.webinarId, table.kind),
    check(
      "campaigns_kind",
      sql`${table.kind} in ('reminder', 'changed', 'cancelled', 'follow-up', 'replay')`,
    ),
    check("campaigns_offset", sql`${table.offsetMinutes} between 0 and 43200`),
    check(
      "campaigns_text_length",
      sql`char_length(${table.attendedText}) <= 2000 and char_length(${table.missedText}) <= 2000`,
    ),
  ],
);
