import { Redis } from "ioredis";
import type { Log } from "../log.ts";
import type { Scope } from "../scope.ts";

export type { Redis } from "ioredis";

/** A server that neither answers nor resets within this is taken for gone, ms: a cut cable makes no noise. */
const silenceMs = 4000;

/** A connection that reconnects for ever, quietly, and closes with its scope. Commands fail fast while it is down. */
export function connectRedis(url: string, options: { log: Log; scope: Scope; name?: string }): Redis {
  const redis = new Redis(url, {
    connectionName: options.name ?? "rostrum",
    // What many callers ask in one go is one write and one read.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 1,
    connectTimeout: 3000,
    socketTimeout: silenceMs,
    commandTimeout: silenceMs + 1000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000) * (0.5 + Math.random() / 2),
    // After a failover the old primary answers as a replica: find the new one behind the same name.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  let down = false;
  redis.on("error", (error) => {
    if (!down) options.log.warn({ err: error }, "redis is not reachable");
    down = true;
  });
  redis.on("ready", () => {
    if (down) options.log.info("redis is back");
    down = false;
  });
  options.scope.add("redis", () => redis.disconnect());
  return redis;
}
