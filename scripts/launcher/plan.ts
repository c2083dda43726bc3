import path from "node:path";
import type { ServiceSpec } from "./child.ts";
import { type EdgeName, edgeNames, edgePorts, type OriginName, originNames, type Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** Where the parts that services lean on are. */
export type Backing = {
  databaseUrl: string;
  redisUrl: string;
  smtpUrl: string;
  turnUrls: string;
  turnSecret: string;
  worker: string;
};

export type ServiceName = "mail-sink" | "web" | "jobs" | OriginName | EdgeName | "egress";

/** Variables that only web may know: media nodes never see SQL or mail. The bucket's secret is for egress alone. */
const WEB_ONLY = [
  "DATABASE_URL",
  "DATABASE_OWNER_URL",
  "SMTP_URL",
  "TURN_SECRET",
  "S3_SECRET_ACCESS_KEY",
  "DKIM_PRIVATE_KEY",
  "CAPTCHA_SECRET",
];
/** Variables of the launcher itself, and ones that would mislead a child. */
const LAUNCHER_ONLY =
  /^(ROSTRUM_(HOME|PORT_BASE|EDGES|ORIGINS|LISTEN_IP|PUBLIC_HOST|NO_RESTART|INSTALL)|npm_.*|PORT|HOSTNAME)$/;

/** The origins and edges that are to run. */
export function mediaNodes(settings: Settings): (OriginName | EdgeName)[] {
  return [...originNames.slice(0, settings.origins), ...edgeNames.slice(0, settings.edges)];
}

/** One value for every edge there could be. */
const forEdges = <T>(make: (name: EdgeName) => T): Record<EdgeName, T> =>
  Object.fromEntries(edgeNames.map((name) => [name, make(name)])) as Record<EdgeName, T>;

/** Base URL of every service, as browsers and as other nodes see it. `EDGE_1_PUBLIC_URL=...` and the like override. */
export function urlsOf(settings: Settings, ports: Ports) {
  const host = settings.publicHost.includes(":") ? `[${settings.publicHost}]` : settings.publicHost;
  const everywhere = settings.listenIp === "0.0.0.0" || settings.listenIp === "::";
  const inside = everywhere ? "127.0.0.1" : settings.listenIp;
  const pair = (name: string, port: number) => ({
    public: settings.env[`${name}_PUBLIC_URL`] || `http://${host}:${port}`,
    internal: `http://${inside.includes(":") ? `[${inside}]` : inside}:${port}`,
  });
  return {
    web: pair("WEB", ports.web),
    origin: pair("ORIGIN", ports.origin),
    "origin-2": pair("ORIGIN_2", ports.origin2),
    ...forEdges((name) => pair(name.toUpperCase().replace("-", "_"), edgePorts(ports.web, name).http)),
    egress: pair("EGRESS", ports.egress),
    inbox: { public: `http://127.0.0.1:${ports.inbox}`, internal: `http://127.0.0.1:${ports.inbox}` },
  };
}

/** What children inherit of the launcher's own environment. */
export function inheritedEnv(env: NodeJS.ProcessEnv, forWeb: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !LAUNCHER_ONLY.test(entry[0]) && (forWeb || !WEB_ONLY.includes(entry[0])),
    ),
  );
}

/**
 * For services that crowds come to: what a join leaves behind dies at once, and with room for it is hardly ever collected.
 * Left alone, V8 begins with next to nothing and goes back to that while nobody comes. Sizes in MB. Node's own code in huge
 * pages: a join takes so many parts of it that looking up its addresses shows (decision 023).
 */
const forCrowds = [
  "--min-semi-space-size=16",
  "--max-semi-space-size=64",
  "--initial-old-space-size=192",
  "--use-largepages=silent",
];

/** Every service of ours as a row: what it runs, with which environment, when it is ready, how it stops. */
export function planServices(options: {
  settings: Settings;
  ports: Ports;
  secrets: Secrets;
  backing: Backing;
}): Record<ServiceName, ServiceSpec> {
  const { settings, ports, secrets, backing } = options;
  const urls = urlsOf(settings, ports);
  const node = process.execPath;
  const grace = { signal: "SIGTERM" as const, graceMs: 12_000 };

  const common = (name: string, port: number, url: { public: string; internal: string }) => ({
    NODE_ENV: "production",
    // Types are stripped once, not at each start: a service that was killed is back a quarter second sooner.
    NODE_COMPILE_CACHE: path.join(settings.home, "compile-cache"),
    NODE_ID: name,
    HTTP_HOST: settings.listenIp,
    HTTP_PORT: String(port),
    REDIS_URL: backing.redisUrl,
    ROSTRUM_SECRET: secrets.rostrum,
    PUBLIC_URL: url.public,
    INTERNAL_URL: url.internal,
    WEB_PUBLIC_URL: urls.web.public,
    WEB_INTERNAL_URL: urls.web.internal,
  });
  const webEnv = {
    ...inheritedEnv(settings.env, true),
    ...common("web", ports.web, urls.web),
    DATABASE_URL: backing.databaseUrl,
    SMTP_URL: backing.smtpUrl,
    MAIL_SINK_URL: settings.env.SMTP_URL ? "" : urls.inbox.internal,
    TURN_URLS: backing.turnUrls,
    TURN_SECRET: backing.turnSecret,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const media = (name: OriginName | EdgeName, rtcPort: number, pipes: readonly [number, number]) => ({
    ...inheritedEnv(settings.env, false),
    ...common(name, Number(new URL(urls[name].internal).port), urls[name]),
    RTC_LISTEN_IP: settings.listenIp,
    RTC_ANNOUNCED_ADDRESS: settings.publicHost,
    RTC_BASE_PORT: String(rtcPort),
    RTC_WORKERS: settings.env.RTC_WORKERS || "1",
    PIPE_LISTEN_IP: settings.nodeIp,
    PIPE_PORT_MIN: String(pipes[0]),
    PIPE_PORT_MAX: String(pipes[1]),
    MEDIASOUP_WORKER_BIN: backing.worker,
  });
  const service = (
    name: ServiceName,
    row: Pick<ServiceSpec, "command" | "env" | "ready"> & { wave: 1 | 2 | 3 | 4; url?: string },
  ): ServiceSpec => ({
    name,
    command: row.command,
    cwd: settings.root,
    env: row.env,
    ready: row.ready,
    readyMs: 60_000,
    stop: { ...grace, wave: row.wave },
    url: row.url,
  });
  const ready = (base: string, at = "/ready") => ({ kind: "http" as const, url: `${base}${at}` });

  return {
    "mail-sink": service("mail-sink", {
      command: [node, "web/src/mail-sink/main.ts"],
      env: {
        ...inheritedEnv(settings.env, false),
        ...common("mail-sink", ports.inbox, urls.inbox),
        HTTP_HOST: "127.0.0.1",
        SMTP_PORT: String(ports.smtp),
        MAIL_DIR: path.join(settings.home, "mail"),
      },
      ready: ready(urls.inbox.internal),
      wave: 4,
      url: urls.inbox.public,
    }),
    web: service("web", {
      command: [node, ...forCrowds, "web/src/main.ts"],
      env: webEnv,
      ready: ready(urls.web.internal, "/api/ready"),
      wave: 3,
      url: urls.web.public,
    }),
    jobs: service("jobs", {
      command: [node, "web/src/jobs/main.ts"],
      env: { ...webEnv, NODE_ID: "jobs" },
      ready: { kind: "alive", ms: 1500 },
      wave: 3,
    }),
    origin: service("origin", {
      command: [node, "origin/src/main.ts"],
      env: media("origin", ports.originRtc, ports.originPipes),
      ready: ready(urls.origin.internal),
      wave: 2,
      url: urls.origin.public,
    }),
    "origin-2": service("origin-2", {
      command: [node, "origin/src/main.ts"],
      env: media("origin-2", ports.origin2Rtc, ports.origin2Pipes),
      ready: ready(urls["origin-2"].internal),
      wave: 2,
      url: urls["origin-2"].public,
    }),
    ...forEdges((name) => {
      const { rtc, pipes } = edgePorts(ports.web, name);
      return service(name, {
        command: [node, ...forCrowds, "sfu-edge/src/main.ts"],
        env: {
          ...media(name, rtc, pipes),
          ...(settings.env.EDGE_REGION ? { REGION: settings.env.EDGE_REGION } : {}),
        },
        ready: ready(urls[name].internal),
        wave: 1,
        url: urls[name].public,
      });
    }),
    egress: service("egress", {
      command: [node, "egress/src/main.ts"],
      env: {
        ...inheritedEnv(settings.env, false),
        ...common("egress", ports.egress, urls.egress),
        DATA_DIR: path.join(settings.home, "egress"),
        RTMP_PORT: String(ports.rtmp),
        INGEST_RTMP_PORT: String(ports.ingestRtmp),
        ...(settings.env.INGEST_RTMP_URL ? { INGEST_RTMP_URL: settings.env.INGEST_RTMP_URL } : {}),
        RTP_LISTEN_IP: settings.nodeIp,
        S3_SECRET_ACCESS_KEY: settings.env.S3_SECRET_ACCESS_KEY ?? "",
      },
      ready: ready(urls.egress.internal),
      wave: 1,
      url: urls.egress.public,
    }),
  };
}
