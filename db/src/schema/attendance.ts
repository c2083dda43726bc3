import { sql } from "drizzle-orm";
import { check, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

/** One stay of one participant on one edge socket. `participant_id` is a registration, panelist or user. */
export const attendanceIntervals = pgTable(
  "attendance_intervals",
  {
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    admissionId: uuid("admission_id").notNull(),
    role: text("role", { enum: ["host", "panelist", "attendee"] }).notNull(),
    delivery: text("delivery", { enum: ["webrtc", "hls"] }).notNull(),
    nodeId: text("node_id").notNull(),
    joinedAt: instant("joined_at").notNull(),
    leftAt: instant("left_at"),
    reason: text("reason"),
    /** How the stage got to this stay, as its browser told last, and why not better. */
    path: text("path", { enum: ["udp", "tcp", "turn-udp", "turn-tcp", "turn-tls", "hls"] }),
    pathReason: text("path_reason"),
  },
  (table) => [
    index("attendance_participant").on(table.webinarId, table.participantId),
    index("attendance_open").on(table.nodeId).where(sql`${table.leftAt} is null`),
    check("attendance_role", sql`${table.role} in ('host', 'panelist', 'attendee')`),
    check("attendance_delivery", sql`${table.delivery} in ('webrtc', 'hls')`),
    check("attendance_path", sql`${table.path} in ('udp', 'tcp', 'turn-udp', 'turn-tcp', 'turn-tls', 'hls')`),
    check("attendance_order", sql`${table.leftAt} is null or ${table.leftAt} >= ${table.joinedAt}`),
  ],
);

/** What somebody came with, told by the browser when it was let in. */
export const admissions = pgTable(
  "admissions",
  {
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    device: text("device", { enum: ["desktop", "phone", "tablet", "other"] }).notNull(),
    browser: text("browser").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("admissions_webinar").on(table.webinarId, table.participantId),
    check("admissions_device", sql`${table.device} in ('desktop', 'phone', 'tablet', 'other')`),
    check("admissions_browser_length", sql`char_length(${table.browser}) between 1 and 40`),
  ],
);

/** Facts from nodes that have been stored: a fact sent twice counts once. */
export const acceptedFacts = pgTable("accepted_facts", {
  factId: uuid("fact_id").primaryKey(),
  createdAt: createdAt(),
});
