import { chownSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { type ServerUser, serverFolder, serverUser } from "./places.ts";
import type { Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { which } from "./system.ts";
import { Trouble } from "./trouble.ts";

export type TurnServer = { command: [string, ...string[]]; user: ServerUser | undefined; urls: string };

/**
 * A TURN server (RFC 8656) that relays to this host's SFU and to nothing else: every other peer address is denied, TCP
 * relays (RFC 6062) and multicast are off, and so is the admin interface. Undefined when coturn is not installed.
 */
export function prepareTurn(settings: Settings, ports: Ports, secrets: Secrets): TurnServer | undefined {
  const program = which("turnserver");
  if (!program) return undefined;
  const user = serverUser();
  const folder = serverFolder(settings.home, "coturn", user);
  const config = path.join(folder, "turnserver.conf");
  const { tls, host, relays } = settings.turn;
  // Below 1024 the port is bound as root, which coturn then ceases to be.
  const asRoot = user && tls && tls.port < lowestOpenPort() ? user : undefined;
  const everywhere = settings.listenIp === "0.0.0.0" || settings.listenIp === "::";
  const lines = [
    `listening-port=${ports.turn}`,
    ...(everywhere ? [] : [`listening-ip=${settings.listenIp}`, `relay-ip=${settings.listenIp}`]),
    `min-port=${relays[0]}`,
    `max-port=${relays[1]}`,
    "realm=rostrum",
    "use-auth-secret",
    `static-auth-secret=${secrets.turn}`,
    "fingerprint",
    "no-cli",
    ...(tls ? tlsLines(tls, folder, user) : ["no-tls"]),
    ...(asRoot ? ["proc-user=nobody", "proc-group=nogroup"] : []),
    "no-dtls",
    "no-tcp-relay",
    "no-multicast-peers",
    ...peerLines(settings),
    `userdb=${path.join(folder, "turndb")}`,
    `pidfile=${path.join(folder, "turnserver.pid")}`,
    "log-file=stdout",
    "simple-log",
    // Up to three a page: over UDP, and where that fails over TCP and TLS too.
    "user-quota=30",
    `total-quota=${relays[1] - relays[0] - 1}`,
    // A page that is closed does not give its relays back: they end by themselves, in 2 min instead of 10, in seconds.
    "max-allocate-lifetime=120",
  ];
  writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o600 });
  if (user) chownSync(config, user.uid, user.gid);
  const address = (scheme: string, port: number): string => `${scheme}:${host}:${port}?transport=`;
  return {
    command: [program, "-c", config],
    user: asRoot ? undefined : user,
    urls: [
      `${address("turn", ports.turn)}udp`,
      `${address("turn", ports.turn)}tcp`,
      ...(tls ? [`${address("turns", tls.port)}tcp`] : []),
    ].join(","),
  };
}

/** Everything is denied but where our media nodes are. */
function peerLines(settings: Settings): string[] {
  const own = isIP(settings.publicHost) ? settings.publicHost : settings.listenIp;
  const peers = [own, ...settings.turn.peers];
  return [
    ...(peers.some((peer) => peer.startsWith("127.")) ? ["allow-loopback-peers"] : []),
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ...peers.map((peer) => `allowed-peer-ip=${peer}`),
  ];
}

/** The server cannot read the certificate where it is, so it gets a copy; a renewed one is taken at the next start. */
function tlsLines(
  tls: { port: number; cert: string; key: string },
  folder: string,
  user: ServerUser | undefined,
): string[] {
  const copy = (from: string, name: string): string => {
    const to = path.join(folder, name);
    try {
      writeFileSync(to, readFileSync(from), { mode: 0o600 });
    } catch (error) {
      throw new Trouble(
        `${from} cannot be used for TURN: ${error instanceof Error ? error.message : String(error)}`,
        "correct TURN_CERT and TURN_KEY",
      );
    }
    if (user) chownSync(to, user.uid, user.gid);
    return to;
  };
  return [
    `tls-listening-port=${tls.port}`,
    `cert=${copy(tls.cert, "cert.pem")}`,
    `pkey=${copy(tls.key, "key.pem")}`,
    // TLS 1.2 and newer (RFC 8996).
    "no-tlsv1",
    "no-tlsv1_1",
  ];
}

/** The lowest port that needs no privilege here. */
function lowestOpenPort(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    return 1024;
  }
}
