import { createServer } from "node:net";
import path from "node:path";
import { Child, type ServiceSpec } from "./child.ts";
import type { Guard } from "./guard.ts";
import { probeRedis } from "./health.ts";
import { letPass, prepareHome } from "./places.ts";
import { preparePostgres, probePostgres } from "./postgres.ts";
import { prepareRedis } from "./redis.ts";
import { loadSecrets } from "./secrets.ts";

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** A PostgreSQL and a Redis of their own for a test run, on free ports and with data that goes away. */
export class TestBacking {
  readonly #guard: Guard;
  readonly #children: Child[] = [];
  readonly #root: string;
  readonly #home: string;

  constructor(root: string, scratch: string, guard: Guard) {
    this.#root = root;
    this.#guard = guard;
    this.#home = path.join(scratch, "backing");
  }

  /** DATABASE_URL is a superuser's: tests make databases of their own. */
  async start(): Promise<{ DATABASE_URL: string; REDIS_URL: string }> {
    letPass(path.dirname(this.#home));
    prepareHome(this.#home);
    const secrets = loadSecrets(this.#home, {});
    const [databasePort, redisPort] = [await freePort(), await freePort()];
    const cluster = await preparePostgres({
      root: this.#root,
      home: this.#home,
      port: databasePort,
      secrets,
    });
    const redis = prepareRedis(this.#home, redisPort, secrets);
    const common = { cwd: "/", env: { PATH: process.env.PATH ?? "" }, readyMs: 30_000 };
    await Promise.all([
      this.#start({
        ...common,
        name: "postgres",
        command: cluster.command,
        user: cluster.user,
        ready: { kind: "ask", ask: () => probePostgres(cluster.adminUrl) },
        stop: { signal: "SIGINT", graceMs: 10_000, wave: 5 },
      }),
      this.#start({
        ...common,
        name: "redis",
        command: redis.command,
        user: redis.user,
        ready: { kind: "ask", ask: () => probeRedis(redis.url) },
        stop: { signal: "SIGTERM", graceMs: 10_000, wave: 5 },
      }),
    ]);
    return { DATABASE_URL: cluster.adminUrl, REDIS_URL: redis.url };
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  async #start(spec: ServiceSpec): Promise<void> {
    const child = new Child(spec, {
      log: path.join(this.#home, "logs", `${spec.name}.log`),
      guard: this.#guard,
      restart: false,
      onChange: () => {},
      onTrouble: () => {},
    });
    this.#children.push(child);
    await child.start(() => {}, new AbortController().signal);
  }
}
