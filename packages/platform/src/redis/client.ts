import { Redis } from "ioredis";
import type { Log } from "../log.ts";
import type { Scope } from "../scope.ts";

export type { Redis } from "ioredis";

/** A connection that reconnects for ever, quietly, and closes with its scope. Commands fail fast while it is down. */
export function connectRedis(url: string, options: { log: Log; scope: Scope; name?: string }): Redis {
  const redis = new Redis(url, {
    connectionName: options.name ?? "rostrum",
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000) * (0.5 + Math.random() / 2),
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
