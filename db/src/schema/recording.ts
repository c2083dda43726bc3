import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id } from "./columns.ts";
import { webinars } from "./webinar.ts";

export const recordings = pgTable(
  "recordings",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .unique()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** Below egress's public URL, without the access part. */
    path: text("path").notNull(),
    durationMs: integer("duration_ms").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [check("recordings_size", sql`${table.durationMs} >= 0 and ${table.bytes} >= 0`)],
);
