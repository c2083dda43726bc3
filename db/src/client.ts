import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema/index.ts";

export type Schema = typeof schema;
export type Database = PostgresJsDatabase<Schema>;
/** A transaction or the database itself: what every query takes. */
export type Executor = Pick<Database, "select" | "insert" | "update" | "delete" | "execute" | "transaction">;

export type DatabaseHandle = { db: Database; close: () => Promise<void> };

/** Nothing a person waits for takes longer, ms: a query that does is given up and its connection is free again. */
const statementMs = 20_000;
/** A row that somebody else holds is waited for no longer than this, ms. */
const lockMs = 10_000;

/** A database that is away is looked for at least this often, s: the driver's own waits grow to twenty. */
const longestWaitS = 1;
/** Connections count their attempts together: it takes a pool's worth of failures to double the wait. */
const waitS = (attempts: number): number => Math.min(longestWaitS, 0.05 * 2 ** (attempts / 10));

/** A pooled connection to PostgreSQL. `close` waits for running queries, at most 5 s. */
export function openDatabase(url: string, options: { poolSize?: number } = {}): DatabaseHandle {
  const client = postgres(url, {
    max: options.poolSize ?? 10,
    onnotice: () => {},
    connect_timeout: 5,
    backoff: waitS,
    connection: { application_name: "rostrum", statement_timeout: statementMs, lock_timeout: lockMs },
  });
  return { db: drizzle(client, { schema }), close: () => client.end({ timeout: 5 }) };
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57 (operator: shutdown, timeout), 55P03 (lock), 40 (retry it). */
const unavailableStates = /^(08|53|57|40|55P03)/;
const unavailableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
]);

/** True for a failure that is the database's, not the query's: trying again later may well succeed. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === "string" && (unavailableCodes.has(code) || unavailableStates.test(code))) return true;
  }
  return false;
}
