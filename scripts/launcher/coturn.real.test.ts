import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareTurn } from "./coturn.ts";
import { prepareHome } from "./places.ts";
import { portsOf } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import { which } from "./system.ts";

const secrets = { turn: "sesame" } as Secrets;
let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "rostrum-turn-"));
  prepareHome(home);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function prepare(env: Record<string, string>) {
  const settings = readSettings({ ROSTRUM_HOME: home, ROSTRUM_LISTEN_IP: "10.0.0.5", ...env });
  const server = prepareTurn(settings, portsOf(settings.portBase), secrets);
  if (!server) throw new Error("turnserver is not installed");
  return { ...server, lines: readFileSync(server.command[2] ?? "", "utf8").split("\n") };
}

function pem(name: string): string {
  const file = path.join(home, name);
  writeFileSync(file, `-----${name}-----\n`);
  return file;
}

describe.skipIf(!which("turnserver"))("the embedded TURN server", () => {
  it("relays to this machine's media address and to listed edges, and to nobody else", () => {
    const { lines } = prepare({ TURN_PEERS: "10.0.0.31, 10.0.1.1-10.0.1.9" });
    expect(lines).toContain("denied-peer-ip=0.0.0.0-255.255.255.255");
    expect(lines.filter((line) => line.startsWith("allowed-peer-ip="))).toEqual([
      "allowed-peer-ip=10.0.0.5",
      "allowed-peer-ip=10.0.0.31",
      "allowed-peer-ip=10.0.1.1-10.0.1.9",
    ]);
    expect(lines).not.toContain("allow-loopback-peers");
    expect(lines).toContain("no-tls");
  });

  it("has relays for thousands unless it is told of fewer", () => {
    expect(prepare({}).lines).toEqual(expect.arrayContaining(["min-port=49152", "max-port=65535"]));
    const { lines } = prepare({ TURN_RELAY_PORTS: "50000-50999" });
    expect(lines).toEqual(expect.arrayContaining(["min-port=50000", "max-port=50999", "total-quota=998"]));
  });

  it("speaks TLS with a copy of the certificate that it may read", () => {
    const env = {
      TURN_CERT: pem("cert"),
      TURN_KEY: pem("key"),
      TURN_TLS_PORT: "5349",
      TURN_HOST: "turn.example.org",
    };
    const { lines, urls } = prepare(env);
    expect(urls).toContain("turns:turn.example.org:5349?transport=tcp");
    expect(lines).toContain("tls-listening-port=5349");
    expect(lines).not.toContain("no-tls");
    const copy = lines.find((line) => line.startsWith("pkey="))?.slice(5) ?? "";
    expect(readFileSync(copy, "utf8")).toBe("-----key-----\n");
  });

  it("is bound as root, and ceases to be it, for a port below what is open to all", () => {
    const { lines, user } = prepare({ TURN_CERT: pem("cert"), TURN_KEY: pem("key") });
    const open = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
    const root = process.getuid?.() === 0 && open > 443;
    expect(lines.includes("proc-user=nobody")).toBe(root);
    if (root) expect(user).toBeUndefined();
  });

  it("says what is wrong with its settings", () => {
    expect(() => prepare({ TURN_CERT: pem("cert") })).toThrow("TURN_CERT and TURN_KEY belong together");
    expect(() => prepare({ TURN_TLS_PORT: "web" })).toThrow("TURN_TLS_PORT=web is not a port");
    expect(() => prepare({ TURN_CERT: "/nowhere.pem", TURN_KEY: pem("key") })).toThrow("/nowhere.pem");
    expect(() => prepare({ ROSTRUM_NODE_IP: "internal" })).toThrow("ROSTRUM_NODE_IP=internal");
  });
});
