import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ServiceSpec } from "./child.ts";
import { prepareTurn } from "./coturn.ts";
import { probeRedis } from "./health.ts";
import { type Backing, inheritedEnv, mediaNodes, planServices, type ServiceName } from "./plan.ts";
import {
  createRoles,
  type PostgresCluster,
  pingDatabase,
  preparePostgres,
  probePostgres,
} from "./postgres.ts";
import type { Bringing } from "./product.ts";
import { prepareRedis } from "./redis.ts";
import { lastLines, runCommand } from "./run-command.ts";
import type { Step } from "./steps.ts";
import { Trouble } from "./trouble.ts";
import { buildWeb } from "./web-build.ts";
import { ensureWorker } from "./worker.ts";

export type UpOptions = { /** The demo webinar is on air when everything is up. */ live: boolean };

/** The whole product as a table of steps; parts that are preset elsewhere are checked instead of started. */
export function upPlan(bringing: Bringing, options: UpOptions): Step[] {
  const { settings, ports, secrets, progress, signal } = bringing;
  const { external, root } = settings;
  const backing: Backing = {
    databaseUrl: external.databaseUrl ?? "",
    redisUrl: external.redisUrl ?? "",
    smtpUrl: external.smtpUrl ?? `smtp://127.0.0.1:${ports.smtp}`,
    turnUrls: external.turnUrls ?? "",
    turnSecret: external.turnSecret ?? "",
    worker: "",
  };
  let ownerUrl = external.databaseOwnerUrl ?? external.databaseUrl ?? "";

  const step = (name: string, dependsOn: string[], run: () => Promise<void>): Step => ({
    name,
    dependsOn,
    run,
  });
  /** A row of the plan of services; looked up late, when the parts it leans on are known. */
  const service = (name: ServiceName, dependsOn: string[]): Step =>
    step(name, dependsOn, () => bringing.start(planServices({ settings, ports, secrets, backing })[name]));

  const postgres = async (): Promise<void> => {
    if (external.databaseUrl) {
      await progress.during("database (yours)", () =>
        pingDatabase(external.databaseUrl ?? "").then(() => {}),
      );
      return;
    }
    const cluster = await preparePostgres({ root, home: settings.home, port: ports.postgres, secrets });
    await bringing.start(postgresSpec(cluster));
    await createRoles(cluster, secrets);
    backing.databaseUrl = cluster.appUrl;
    ownerUrl = cluster.ownerUrl;
  };
  const redis = async (): Promise<void> => {
    if (external.redisUrl) {
      await progress.during("redis (yours)", () => requireRedis(external.redisUrl ?? ""));
      return;
    }
    const server = prepareRedis(settings.home, ports.redis, secrets, settings.nodeIp);
    backing.redisUrl = server.url;
    await bringing.start({
      name: "redis",
      command: server.command,
      user: server.user,
      cwd: "/",
      env: plainEnv(),
      ready: { kind: "ask", ask: () => probeRedis(server.url) },
      readyMs: 60_000,
      stop: { signal: "SIGTERM", graceMs: 10_000, wave: 5 },
    });
  };
  const turn = async (): Promise<void> => {
    const server = prepareTurn(settings, ports, secrets);
    if (!server) return;
    backing.turnUrls = server.urls;
    backing.turnSecret = secrets.turn;
    await bringing.start({
      name: "turn",
      command: server.command,
      user: server.user,
      cwd: "/",
      env: plainEnv(),
      ready: {
        kind: "tcp",
        host: settings.listenIp === "0.0.0.0" ? "127.0.0.1" : settings.listenIp,
        port: ports.turn,
      },
      readyMs: 20_000,
      stop: { signal: "SIGTERM", graceMs: 5000, wave: 1 },
    });
  };
  const migrate = (): Promise<void> =>
    progress.during("database schema", async () => {
      const env = { ...plainEnv(), DATABASE_URL: ownerUrl, APP_ROLE: new URL(backing.databaseUrl).username };
      await runNode(bringing, "migrate", ["db/src/migrate.ts"], env);
    });
  const seed = (): Promise<void> =>
    progress.during("demo webinar", async () => {
      const { env } = planServices({ settings, ports, secrets, backing }).web;
      const flags = options.live ? ["--live"] : [];
      const output = await runNode(bringing, "seed", ["web/src/jobs/seed.ts", ...flags], env);
      bringing.demo(JSON.parse(output.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown>);
    });

  const panelists = (): Promise<void> => {
    const links = (bringing.demoLinks().panelistLinks ?? []) as string[];
    const args = links.flatMap((link) => ["--link", link]);
    const web = planServices({ settings, ports, secrets, backing }).web;
    return bringing.start({
      name: "panelists",
      command: [process.execPath, "load-tests/src/panelist/main.ts", "--web", web.url ?? "", ...args],
      cwd: root,
      env: inheritedEnv(settings.env, false),
      ready: { kind: "alive", ms: 2000 },
      readyMs: 30_000,
      stop: { signal: "SIGTERM", graceMs: 5000, wave: 1 },
    });
  };

  // A database of somebody's own gets no demo, unless it is asked for.
  const seeding = options.live || !external.databaseUrl || settings.env.ROSTRUM_SEED === "1";
  return [
    step("worker", [], () =>
      progress.during("media worker", async (note) => {
        backing.worker = await ensureWorker(root, bringing.log("worker-build"), note, signal);
      }),
    ),
    step("web-build", [], () =>
      progress.during("web pages", (note) => buildWeb(root, bringing.log("web-build"), note, signal)),
    ),
    step("postgres", [], postgres),
    step("redis", [], redis),
    ...(external.turnUrls ? [] : [step("turn", [], turn)]),
    ...(external.smtpUrl ? [] : [service("mail-sink", [])]),
    step("migrate", ["postgres"], migrate),
    service("web", ["migrate", "redis", "web-build", ...(external.turnUrls ? [] : ["turn"])]),
    service("jobs", ["migrate", "redis", ...(external.smtpUrl ? [] : ["mail-sink"])]),
    ...mediaNodes(settings).map((name) => service(name, ["redis", "worker", "web"])),
    service("egress", ["redis", "web"]),
    ...(seeding ? [step("seed", ["web", "jobs"], seed)] : []),
    ...(options.live ? [step("panelists", ["seed", "origin"], panelists)] : []),
  ];
}

function postgresSpec(cluster: PostgresCluster): ServiceSpec {
  return {
    name: "postgres",
    command: cluster.command,
    user: cluster.user,
    cwd: "/",
    env: plainEnv(),
    ready: { kind: "ask", ask: () => probePostgres(cluster.adminUrl) },
    readyMs: 60_000,
    // SIGINT is PostgreSQL's fast shutdown.
    stop: { signal: "SIGINT", graceMs: 20_000, wave: 5 },
  };
}

/** For programs that are not ours: nothing of the person's environment. */
const plainEnv = (): Record<string, string> => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: process.env.HOME ?? "/",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
});

async function requireRedis(url: string): Promise<void> {
  const fault = await probeRedis(url);
  if (fault) {
    throw new Trouble(`the Redis at ${new URL(url).host} cannot be used: ${fault}`, "check REDIS_URL");
  }
}

/** Run one of our scripts to its end. */
async function runNode(
  bringing: Bringing,
  name: string,
  args: string[],
  env: Record<string, string>,
): Promise<string> {
  const result = await runCommand([process.execPath, ...args], {
    cwd: bringing.settings.root,
    env,
    log: bringing.log(name),
    timeoutMs: 120_000,
    signal: bringing.signal,
  });
  if (result.code !== 0) {
    const shown = path.relative(process.cwd(), bringing.log(name));
    throw new Trouble(
      `${args[0]} failed:\n${lastLines(`${result.stdout}\n${result.stderr}`, 10)}`,
      `the whole log is in ${shown} (${pathToFileURL(bringing.log(name)).pathname})`,
    );
  }
  return result.stdout;
}
