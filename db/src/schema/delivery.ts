import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { organisations, users } from "./account.ts";
import { createdAt, id, instant } from "./columns.ts";
import { webhookEndpoints } from "./integration.ts";
import { webinars } from "./webinar.ts";

/** One file of a delivery, as the export page names it. */
export type ExportFile = { kind: string; layout: "tidy" | "zoom"; format: "csv" | "xlsx" | "txt" };
/** Where a bucket is; its secret key is stored apart from it. */
export type Bucket = {
  /** Another provider than AWS; empty: AWS. */
  endpoint: string;
  region: string;
  bucket: string;
  prefix: string;
  accessKeyId: string;
};
/** An object that was or will be written. */
export type DeliveredObject = { key: string; file: ExportFile };

/** Exports that an organisation wants brought: which, where to, and when. */
export const exportSchedules = pgTable(
  "export_schedules",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    /** Of this webinar only; null: of every one. */
    webinarId: uuid("webinar_id").references(() => webinars.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** A webhook endpoint, which is told links; or a bucket. */
    endpointId: uuid("endpoint_id").references(() => webhookEndpoints.id, { onDelete: "cascade" }),
    bucket: jsonb("bucket").$type<Bucket>(),
    /** The bucket's secret key, sealed by web. */
    secret: text("secret"),
    files: jsonb("files").$type<ExportFile[]>().notNull(),
    /** After the end of a webinar; null: not then. */
    hoursAfterEnd: integer("hours_after_end"),
    /** Every day at this minute of the day, UTC; null: not daily. */
    dailyMinute: integer("daily_minute"),
    disabledAt: instant("disabled_at"),
    createdBy: uuid("created_by")
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    index("export_schedules_organisation").on(table.organisationId, table.createdAt),
    check("export_schedules_name_length", sql`char_length(${table.name}) between 1 and 80`),
    check("export_schedules_one_target", sql`(${table.endpointId} is null) <> (${table.bucket} is null)`),
    check("export_schedules_secret", sql`(${table.bucket} is null) = (${table.secret} is null)`),
    check("export_schedules_hours", sql`${table.hoursAfterEnd} between 0 and 720`),
    check("export_schedules_minute", sql`${table.dailyMinute} between 0 and 1439`),
  ],
);

/** One delivery of a webinar's files, to be made or made; kept for the log. */
export const exportRuns = pgTable(
  "export_runs",
  {
    id: id(),
    scheduleId: uuid("schedule_id")
      .notNull()
      .references(() => exportSchedules.id, { onDelete: "cascade" }),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** `ended`, `daily:{date}`, `hand:{uuid}`, `erased:{uuid}`: each once. */
    occasion: text("occasion").notNull(),
    /** What is written, noted before the first byte is; for `erased` what is to be written anew. */
    objects: jsonb("objects").$type<DeliveredObject[]>().notNull().default([]),
    /** The message in the webhook outbox that tells the links. No reference: it may be forgotten before the run. */
    deliveryId: uuid("delivery_id"),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    claim: uuid("claim"),
    claimedUntil: instant("claimed_until"),
    deliveredAt: instant("delivered_at"),
    failedAt: instant("failed_at"),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
    /** What became of each attempt, newest last. */
    log: jsonb("log").$type<{ at: string; durationMs: number; error: string }[]>().notNull().default([]),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("export_runs_once").on(table.scheduleId, table.webinarId, table.occasion),
    index("export_runs_due")
      .on(table.nextAttemptAt)
      .where(sql`${table.deliveredAt} is null and ${table.failedAt} is null`),
    index("export_runs_webinar").on(table.webinarId),
    check("export_runs_one_end", sql`${table.deliveredAt} is null or ${table.failedAt} is null`),
  ],
);
