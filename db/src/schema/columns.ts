import { sql } from "drizzle-orm";
import { timestamp, uuid } from "drizzle-orm/pg-core";

/**
 * Columns that most tables share. Times are `timestamptz` in milliseconds, what a Date holds: a time that was read
 * equals the one that is stored, so it can be the place where the next page begins.
 */
export const id = () => uuid("id").primaryKey().default(sql`gen_random_uuid()`);
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
export const createdAt = () => instant("created_at").notNull().defaultNow();
