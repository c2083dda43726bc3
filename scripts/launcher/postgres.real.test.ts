import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Child } from "./child.ts";
import { Guard } from "./guard.ts";
import { letPass, prepareHome } from "./places.ts";
import { createRoles, type PostgresCluster, preparePostgres, probePostgres } from "./postgres.ts";
import { runCommand } from "./run-command.ts";
import { loadSecrets } from "./secrets.ts";
import { freePort } from "./test-backing.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const folder = mkdtempSync(path.join(tmpdir(), "rostrum-postgres-"));
const home = path.join(folder, "home");
const guard = new Guard();
let cluster: PostgresCluster;
let server: Child;

const asRole = async <T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
};

async function startServer(): Promise<Child> {
  const child = new Child(
    {
      name: "postgres",
      command: cluster.command,
      user: cluster.user,
      cwd: "/",
      env: { PATH: process.env.PATH ?? "" },
      ready: { kind: "ask", ask: () => probePostgres(cluster.adminUrl) },
      readyMs: 30_000,
      stop: { signal: "SIGINT", graceMs: 10_000, wave: 5 },
    },
    {
      log: path.join(home, "logs/postgres.log"),
      guard,
      restart: false,
      onChange: () => {},
      onTrouble: () => {},
    },
  );
  await child.start(() => {}, new AbortController().signal);
  return child;
}

beforeAll(async () => {
  letPass(folder);
  prepareHome(home);
  const secrets = loadSecrets(home, {});
  cluster = await preparePostgres({ root, home, port: await freePort(), secrets });
  server = await startServer();
  await createRoles(cluster, secrets);
  await createRoles(cluster, secrets); // Idempotent.
  const { code, stderr } = await runCommand([process.execPath, "db/src/migrate.ts"], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: cluster.ownerUrl, APP_ROLE: "rostrum_app" },
    timeoutMs: 30_000,
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
}, 60_000);

afterAll(async () => {
  await server?.stop();
  guard.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("embedded PostgreSQL", () => {
  it("gives web a role that reads and writes rows and can do nothing else", async () => {
    await asRole(cluster.appUrl, async (sql) => {
      const [role] =
        await sql`select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user`;
      expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false });
      await sql`insert into users (email) values ('a@example.test')`.catch((error: { code: string }) => {
        expect(error.code).not.toBe("42501"); // Columns may differ; the right to insert must be there.
      });
      await expect(sql`create table mine (id int)`).rejects.toMatchObject({ code: "42501" });
      await expect(sql`drop table webinars`).rejects.toMatchObject({ code: "42501" });
      await expect(sql`copy (select 1) to program 'true'`).rejects.toMatchObject({ code: "42501" });
    });
  });

  it("runs migrations as an owner who is no superuser either", async () => {
    const [row] = await asRole(
      cluster.ownerUrl,
      (sql) => sql`select rolsuper from pg_roles where rolname = current_user`,
    );
    expect(row).toEqual({ rolsuper: false });
  });

  it("refuses a wrong password", async () => {
    const wrong = cluster.appUrl.replace(/:[^:@/]+@/, ":wrong@");
    expect(await probePostgres(wrong)).toContain("password authentication failed");
  });

  it("keeps its rows over a kill and a new start", async () => {
    await asRole(cluster.ownerUrl, (sql) =>
      sql.unsafe("create table kept (n int); insert into kept values (42)"),
    );
    process.kill(-(server.pid ?? 0), "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 300));
    server = await startServer();
    const [row] = await asRole(cluster.ownerUrl, (sql) => sql`select n from kept`);
    expect(row).toEqual({ n: 42 });
  });
});
