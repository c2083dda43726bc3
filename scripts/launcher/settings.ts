import { isIP } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { edgeNames, highestOffset, originNames } from "./ports.ts";
import { Trouble } from "./trouble.ts";

export type Env = Record<string, string | undefined>;

/** What the person chose through the environment; everything else follows from it. */
export type Settings = {
  /** The checkout. */
  root: string;
  /** Where all state is kept. */
  home: string;
  portBase: number;
  /** How many edges and origins run on this machine. */
  edges: number;
  origins: number;
  /** Address that HTTP and media listen on. */
  listenIp: string;
  /** Name or address by which browsers reach this machine. */
  publicHost: string;
  /** Address by which nodes on other machines reach this one; loopback when there are none. */
  nodeIp: string;
  turn: TurnSettings;
  /** Parts that already run elsewhere: their embedded counterpart is not started. */
  external: {
    databaseUrl?: string;
    /** Role that owns the schema; the app's own when unset. */
    databaseOwnerUrl?: string;
    redisUrl?: string;
    smtpUrl?: string;
    turnUrls?: string;
    turnSecret?: string;
  };
  /** Services that stay down once they died: for tests that kill one. */
  noRestart: Set<string>;
  env: Env;
};

/** The embedded TURN server. */
export type TurnSettings = {
  /** Name or address in its URLs; a certificate must be for it. */
  host: string;
  /** PEM files; without them there is no TLS. */
  tls: { port: number; cert: string; key: string } | undefined;
  /** Addresses and ranges (`a-b`) that it relays to besides this machine's own. */
  peers: string[];
  /** First and last UDP port of its relays: a browser that needs one takes up to three. */
  relays: readonly [number, number];
};

function portBase(text: string | undefined, edges: number): number {
  const highest = 65_535 - highestOffset(edges);
  const base = Number(text || 4400);
  if (!Number.isInteger(base) || base < 1024 || base > highest) {
    throw new Trouble(
      `ROSTRUM_PORT_BASE=${text} is not usable`,
      `give a number from 1024 to ${highest}; the default is 4400`,
    );
  }
  return base;
}

/** How many of something that can be had `most` times. */
function countOf(env: Env, name: string, range: { preset: number; most: number }): number {
  const count = Number(env[name] || range.preset);
  if (!Number.isInteger(count) || count < 1 || count > range.most)
    throw new Trouble(
      `${name}=${env[name]} is not usable`,
      `give a number from 1 to ${range.most}; the default is ${range.preset}`,
    );
  return count;
}

/** Throws Trouble for a value that cannot be used. */
export function readSettings(env: Env, options: { noRestart?: string[] } = {}): Settings {
  const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
  const listenIp = env.ROSTRUM_LISTEN_IP || "127.0.0.1";
  if (isIP(listenIp) === 0)
    throw new Trouble(`ROSTRUM_LISTEN_IP=${listenIp} is not an IP address`, "for example 0.0.0.0");
  const everywhere = listenIp === "0.0.0.0" || listenIp === "::";
  const publicHost = env.ROSTRUM_PUBLIC_HOST || (everywhere ? "127.0.0.1" : listenIp);
  const nodeIp = env.ROSTRUM_NODE_IP || "127.0.0.1";
  if (isIP(nodeIp) === 0)
    throw new Trouble(
      `ROSTRUM_NODE_IP=${nodeIp} is not an IP address`,
      "give this machine's own, not 0.0.0.0",
    );
  const named = (env.ROSTRUM_NO_RESTART ?? "").split(",").filter((name) => name !== "");
  const edges = countOf(env, "ROSTRUM_EDGES", { preset: 2, most: edgeNames.length });
  return {
    root,
    home: path.resolve(env.ROSTRUM_HOME || path.join(root, ".rostrum")),
    portBase: portBase(env.ROSTRUM_PORT_BASE, edges),
    edges,
    origins: countOf(env, "ROSTRUM_ORIGINS", { preset: 1, most: originNames.length }),
    listenIp,
    publicHost,
    nodeIp,
    turn: turnSettings(env, publicHost),
    external: {
      databaseUrl: env.DATABASE_URL || undefined,
      databaseOwnerUrl: env.DATABASE_OWNER_URL || undefined,
      redisUrl: env.REDIS_URL || undefined,
      smtpUrl: env.SMTP_URL || undefined,
      turnUrls: env.TURN_URLS || undefined,
      turnSecret: env.TURN_SECRET || undefined,
    },
    noRestart: new Set([...named, ...(options.noRestart ?? [])]),
    env,
  };
}

function turnSettings(env: Env, publicHost: string): TurnSettings {
  const { TURN_CERT: cert, TURN_KEY: key, TURN_TLS_PORT: text, TURN_PEERS: peers } = env;
  const port = Number(text || 443);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Trouble(`TURN_TLS_PORT=${text} is not a port`, "443 passes most firewalls");
  if (Boolean(cert) !== Boolean(key))
    throw new Trouble("TURN_CERT and TURN_KEY belong together", "name a PEM file with each, or set neither");
  return {
    host: env.TURN_HOST || publicHost,
    tls: cert && key ? { port, cert: path.resolve(cert), key: path.resolve(key) } : undefined,
    peers: (peers ?? "")
      .split(",")
      .map((peer) => peer.trim())
      .filter(Boolean),
    relays: relayPorts(env.TURN_RELAY_PORTS),
  };
}

/** The dynamic ports (RFC 8656 §7.2) unless told otherwise. */
function relayPorts(text: string | undefined): readonly [number, number] {
  const [first, last] = (text || "49152-65535").split("-").map(Number);
  const usable = [first, last].every(
    (port) => Number.isInteger(port) && Number(port) > 1023 && Number(port) < 65_536,
  );
  if (!usable || first === undefined || last === undefined || last - first < 9)
    throw new Trouble(
      `TURN_RELAY_PORTS=${text} is not usable`,
      "give the first and last of ten ports or more: 50000-50999",
    );
  return [first, last];
}
