import { chownSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ServerUser, serverFolder, serverUser } from "./places.ts";
import type { Secrets } from "./secrets.ts";
import { redisProgram } from "./system.ts";
import { Trouble } from "./trouble.ts";

export type RedisServer = { command: [string, ...string[]]; user: ServerUser | undefined; url: string };

/**
 * Write the configuration of an embedded Redis with a password and an append-only file. It listens on 127.0.0.1, and on
 * `nodeIp` too when nodes on other machines need it.
 */
export function prepareRedis(
  home: string,
  port: number,
  secrets: Secrets,
  nodeIp = "127.0.0.1",
): RedisServer {
  const user = serverUser();
  const folder = serverFolder(home, "redis", user);
  const config = path.join(folder, "redis.conf");
  const lines = [
    `bind ${[...new Set(["127.0.0.1", nodeIp])].join(" ")}`,
    `port ${port}`,
    `requirepass ${secrets.redis}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    "appendonly yes",
    "appendfsync everysec",
    "maxmemory-policy noeviction",
    "daemonize no",
  ];
  writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o600 });
  if (user) chownSync(config, user.uid, user.gid);
  return { command: [program(folder), config], user, url: `redis://:${secrets.redis}@127.0.0.1:${port}` };
}

/** The server decides by its own name what it is: redis-tools ships it as redis-check-rdb. */
function program(folder: string): string {
  const found = redisProgram();
  if (!found) throw new Trouble("redis-server is not installed", "apt-get install redis-tools");
  if (path.basename(found) === "redis-server") return found;
  const link = path.join(folder, "redis-server");
  if (!existsSync(link)) symlinkSync(found, link);
  return link;
}
