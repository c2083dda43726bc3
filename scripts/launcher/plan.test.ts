import { describe, expect, it } from "vitest";
import { mediaNodes, planServices, urlsOf } from "./plan.ts";
import { edgeNames, edgePorts, highestOffset, portsOf } from "./ports.ts";
import { readSettings } from "./settings.ts";

const secrets = {
  rostrum: "s".repeat(48),
  turn: "t",
  redis: "r",
  postgresAdmin: "a",
  postgresOwner: "o",
  postgresApp: "p",
};
const backing = {
  databaseUrl: "postgres://app@127.0.0.1:1/x",
  redisUrl: "redis://127.0.0.1:2",
  smtpUrl: "smtp://127.0.0.1:3",
  turnUrls: "turn:127.0.0.1:4",
  turnSecret: "t",
  worker: "/worker",
};

function plan(env: Record<string, string> = {}) {
  const settings = readSettings({ ROSTRUM_HOME: "/srv/rostrum", ...env });
  return planServices({ settings, ports: portsOf(settings.portBase), secrets, backing });
}

describe("portsOf", () => {
  it("gives no port twice, ranges included", () => {
    for (const edges of [1, 2, 3, 9]) {
      const ports = [portsOf(4400), ...edgeNames.slice(0, edges).map((name) => edgePorts(4400, name))];
      const all = ports
        .flatMap(Object.values<number | readonly [number, number]>)
        .flatMap((value) =>
          typeof value === "number"
            ? [value]
            : Array.from({ length: value[1] - value[0] + 1 }, (_, index) => value[0] + index),
        );
      expect(new Set(all).size).toBe(all.length);
      expect(Math.max(...all)).toBeLessThanOrEqual(4400 + highestOffset(edges));
    }
  });
});

describe("planServices", () => {
  it("keeps the database, mail and TURN secrets from everything but web and its jobs", () => {
    const services = plan({ DATABASE_URL: "postgres://me@db/x", SMTP_URL: "smtp://mail", TURN_SECRET: "t2" });
    for (const [name, { env }] of Object.entries(services)) {
      const knows = ["DATABASE_URL", "SMTP_URL", "TURN_SECRET"].filter((key) => key in env);
      expect(knows, name).toEqual(
        name === "web" || name === "jobs" ? ["DATABASE_URL", "SMTP_URL", "TURN_SECRET"] : [],
      );
    }
  });

  it("passes tuning through and lets nothing of the launcher's own leak", () => {
    const { egress } = plan({ VIDEO_FPS: "25", HTTP_PORT: "1", ROSTRUM_PORT_BASE: "5000", PORT: "80" });
    expect(egress.env).toMatchObject({ VIDEO_FPS: "25", HTTP_PORT: "5030" });
    expect(Object.keys(egress.env)).not.toContain("ROSTRUM_PORT_BASE");
    expect(Object.keys(egress.env)).not.toContain("PORT");
  });

  it("gives each edge its own name, address and media ports", () => {
    const { "edge-1": one, "edge-2": two } = plan();
    for (const key of ["NODE_ID", "HTTP_PORT", "PUBLIC_URL", "RTC_BASE_PORT", "PIPE_PORT_MIN"]) {
      expect(one.env[key]).not.toBe(two.env[key]);
    }
  });

  it("stops edges before origin, origin before web", () => {
    const { "edge-1": edge, origin, web, "mail-sink": mail } = plan();
    expect([edge.stop.wave, origin.stop.wave, web.stop.wave, mail.stop.wave]).toEqual([1, 2, 3, 4]);
  });
});

describe("urlsOf", () => {
  it("uses the public host for browsers and a local address between processes", () => {
    const settings = readSettings({ ROSTRUM_LISTEN_IP: "0.0.0.0", ROSTRUM_PUBLIC_HOST: "live.example.org" });
    expect(urlsOf(settings, portsOf(4400))["edge-1"]).toEqual({
      public: "http://live.example.org:4421",
      internal: "http://127.0.0.1:4421",
    });
  });

  it("lets a proxy's address win", () => {
    const settings = readSettings({ WEB_PUBLIC_URL: "https://live.example.org" });
    expect(urlsOf(settings, portsOf(4400)).web.public).toBe("https://live.example.org");
  });
});

describe("readSettings", () => {
  it("says what is wrong with a value and what to give instead", () => {
    expect(() => readSettings({ ROSTRUM_PORT_BASE: "web" })).toThrow("ROSTRUM_PORT_BASE=web");
    expect(() => readSettings({ ROSTRUM_PORT_BASE: "65500" })).toThrow("not usable");
    expect(() => readSettings({ ROSTRUM_EDGES: "10" })).toThrow("ROSTRUM_EDGES=10");
    expect(() => readSettings({ ROSTRUM_LISTEN_IP: "localhost" })).toThrow("not an IP address");
    for (const text of ["50000", "50999-50000", "50000-50001", "80-1000", "50000-70000", "a-b"])
      expect(() => readSettings({ TURN_RELAY_PORTS: text })).toThrow(`TURN_RELAY_PORTS=${text}`);
  });

  it("runs one origin and two edges unless told of more", () => {
    expect(mediaNodes(readSettings({}))).toEqual(["origin", "edge-1", "edge-2"]);
    expect(mediaNodes(readSettings({ ROSTRUM_EDGES: "3", ROSTRUM_ORIGINS: "2" }))).toEqual([
      "origin",
      "origin-2",
      "edge-1",
      "edge-2",
      "edge-3",
    ]);
    expect(() => readSettings({ ROSTRUM_ORIGINS: "3" })).toThrow("ROSTRUM_ORIGINS=3");
  });

  it("collects the names that stay down from the flag and from the environment", () => {
    const { noRestart } = readSettings({ ROSTRUM_NO_RESTART: "edge-1,origin" }, { noRestart: ["edge-2"] });
    expect([...noRestart].sort()).toEqual(["edge-1", "edge-2", "origin"]);
  });
});
