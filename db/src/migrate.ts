/**
 * Applies the migrations as the owner of the schema and gives the app's role the right to read and write rows and
 * nothing more. `DATABASE_URL` is the owner's; `APP_ROLE` the role web connects as.
 */
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

export async function migrateDatabase(url: string, appRole: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await migrate(drizzle(client), { migrationsFolder });
    const [role] = await client`select 1 from pg_roles where rolname = ${appRole}`;
    if (!role) return;
    const name = client(appRole);
    await client`grant usage on schema public to ${name}`;
    await client`grant select, insert, update, delete on all tables in schema public to ${name}`;
    await client`grant usage, select on all sequences in schema public to ${name}`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.env.DATABASE_URL;
  if (!url) {
    process.stderr.write("DATABASE_URL is not set: give the URL of the database's owner.\n");
    process.exit(78);
  }
  await migrateDatabase(url, process.env.APP_ROLE || "rostrum_app");
}
