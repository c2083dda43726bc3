import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { type DatabaseHandle, openDatabase } from "../src/client.ts";
import { migrateDatabase } from "../src/migrate.ts";

export type TestDatabase = DatabaseHandle & { url: string; appUrl: string; drop: () => Promise<void> };

/** A migrated database of its own on the test server (`DATABASE_URL`, a superuser), with an app role without rights to DDL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env.DATABASE_URL;
  if (!adminUrl) throw new Error("DATABASE_URL is not set: run this through ./rostrum test");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const role = `${name}_app`;
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  await admin.unsafe(`create role ${role} login password 'test'`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href, role);
  const appUrl = new URL(url);
  appUrl.username = role;
  appUrl.password = "test";
  const handle = openDatabase(appUrl.href, { poolSize: 20 });
  return {
    ...handle,
    url: url.href,
    appUrl: appUrl.href,
    drop: async () => {
      await handle.close();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.unsafe(`drop role ${role}`);
      await admin.end({ timeout: 5 });
    },
  };
}
