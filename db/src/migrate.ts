/**
 * Applies the migrations as the owner of the schema and gives the app's role the right to read and write rows and
 * nothing more. `DATABASE_URL` is the owner's; `APP_ROLE` the role web connects as. Two at once are no harm: the second
 * waits and finds nothing left to do.
 */
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import journal from "../migrations/meta/_journal.json" with { type: "json" };

const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));
/** Any number, the same in every migrator. */
const lockId = 7_105_001;

export type Migrated = { applied: string[]; granted: boolean };

export async function migrateDatabase(url: string, appRole: string): Promise<Migrated> {
  // One connection: the lock belongs to it.
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${lockId})`;
    const before = await lastApplied(client);
    await migrate(drizzle(client), { migrationsFolder });
    const applied = journal.entries.filter(({ when }) => when > before).map(({ tag }) => tag);
    const [role] = await client`select 1 from pg_roles where rolname = ${appRole}`;
    if (role) await grantRows(client, appRole);
    return { applied, granted: role !== undefined };
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** When the newest migration in the database was made, epoch ms; 0 in an empty one. */
async function lastApplied(client: postgres.Sql): Promise<number> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') as name`;
  if (!table?.name) return 0;
  const [row] = await client`select coalesce(max(created_at), 0) as last from drizzle.__drizzle_migrations`;
  return Number(row?.last ?? 0);
}

async function grantRows(client: postgres.Sql, appRole: string): Promise<void> {
  const name = client(appRole);
  await client`grant usage on schema public to ${name}`;
  await client`grant select, insert, update, delete on all tables in schema public to ${name}`;
  await client`grant usage, select on all sequences in schema public to ${name}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.env.DATABASE_URL;
  if (!url) {
    process.stderr.write("DATABASE_URL is not set: give the URL of the database's owner.\n");
    process.exit(78);
  }
  const role = process.env.APP_ROLE || "rostrum_app";
  const { applied, granted } = await migrateDatabase(url, role);
  const done = applied.length > 0 ? `applied ${applied.join(", ")}` : "nothing to apply";
  process.stdout.write(`${done}; role ${role} ${granted ? "may read and write rows" : "does not exist"}\n`);
}
