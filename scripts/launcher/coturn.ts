import { chownSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { type ServerUser, serverFolder, serverUser } from "./places.ts";
import type { Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { which } from "./system.ts";

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
  const peer = isIP(settings.publicHost) ? settings.publicHost : settings.listenIp;
  const everywhere = settings.listenIp === "0.0.0.0" || settings.listenIp === "::";
  const lines = [
    `listening-port=${ports.turn}`,
    ...(everywhere ? [] : [`listening-ip=${settings.listenIp}`, `relay-ip=${settings.listenIp}`]),
    `min-port=${ports.turnRelays[0]}`,
    `max-port=${ports.turnRelays[1]}`,
    "realm=rostrum",
    "use-auth-secret",
    `static-auth-secret=${secrets.turn}`,
    "fingerprint",
    "no-cli",
    "no-tls",
    "no-dtls",
    "no-tcp-relay",
    "no-multicast-peers",
    ...(peer.startsWith("127.") ? ["allow-loopback-peers"] : []),
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    `allowed-peer-ip=${peer}`,
    `userdb=${path.join(folder, "turndb")}`,
    `pidfile=${path.join(folder, "turnserver.pid")}`,
    "log-file=stdout",
    "simple-log",
    "user-quota=12",
    "total-quota=48",
  ];
  writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o600 });
  if (user) chownSync(config, user.uid, user.gid);
  const address = `turn:${settings.publicHost}:${ports.turn}`;
  return {
    command: [program, "-c", config],
    user,
    urls: `${address}?transport=udp,${address}?transport=tcp`,
  };
}
