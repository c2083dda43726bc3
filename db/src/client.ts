import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema/index.ts";

export type Schema = typeof schema;
export type Database = PostgresJsDatabase<Schema>;
/** A transaction or the database itself: what every query takes. */
export type Executor = Pick<Database, "select" | "insert" | "update" | "delete" | "execute" | "transaction">;

export type DatabaseHandle = { db: Database; close: () => Promise<void> };

/** A pooled connection to PostgreSQL. `close` waits for running queries, at most 5 s. */
export function openDatabase(url: string, options: { poolSize?: number } = {}): DatabaseHandle {
  const client = postgres(url, { max: options.poolSize ?? 10, onnotice: () => {}, connect_timeout: 10 });
  return { db: drizzle(client, { schema }), close: () => client.end({ timeout: 5 }) };
}
