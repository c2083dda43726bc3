import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { probeRedis } from "./health.ts";
import { type Backing, mediaNodes, planServices, type ServiceName, urlsOf } from "./plan.ts";
import { portNeeds } from "./port-needs.ts";
import { portHolder, portsOf, takenPorts } from "./ports.ts";
import { pingDatabase } from "./postgres.ts";
import type { Progress } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import { type RunFile, readRunFile } from "./run-file.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { chromiumProgram, redisProgram, which } from "./system.ts";
import { explain, Trouble } from "./trouble.ts";
import { ensureWorker } from "./worker.ts";

type Check = {
  name: string;
  /** Without it `up` works, only less well. */
  optional?: boolean;
  /** What was found; throws Trouble with the fix. */
  run: () => Promise<string>;
};

/** Look at everything that `up` leans on, and at what runs. The exit code is 1 when something needed is missing. */
export async function doctor(settings: Settings, progress: Progress): Promise<number> {
  const run = readRunFile(settings.home);
  const actual: Settings = run ? { ...settings, portBase: run.portBase } : settings;
  let faults = 0;
  for (const check of checks(actual, progress, run)) {
    try {
      process.stdout.write(`✓ ${check.name.padEnd(22)} ${await check.run()}\n`);
    } catch (error) {
      const mark = check.optional ? "–" : "✗";
      if (!check.optional) faults += 1;
      process.stdout.write(`${mark} ${check.name.padEnd(22)} ${explain(error)}\n`);
    }
  }
  process.stdout.write(`\n${await configurations(actual, run !== undefined)}`);
  process.stdout.write(
    faults === 0
      ? "\nEverything needed is here.\n"
      : `\n${faults} ${faults === 1 ? "thing" : "things"} to put right.\n`,
  );
  return faults === 0 ? 0 : 1;
}

function checks(settings: Settings, progress: Progress, run: RunFile | undefined): Check[] {
  const { root, home } = settings;
  return [
    { name: "Node", run: async () => `${process.versions.node} (${process.execPath})` },
    {
      name: "npm",
      optional: true,
      run: () => versionOf("npm", ["--version"], /[\d.]+/, "apt-get install npm"),
    },
    { name: "disk", run: () => freeSpace(existsSync(home) ? home : root) },
    { name: "ffmpeg", run: ffmpegCodecs },
    { name: "redis-server", optional: settings.external.redisUrl !== undefined, run: redisVersion },
    {
      name: "coturn",
      optional: true,
      run: () =>
        versionOf(
          "turnserver",
          ["--version"],
          /\d+\.\d+[\d.]*/,
          "apt-get install coturn: TURN for people behind strict firewalls",
        ),
    },
    {
      name: "chromium",
      optional: true,
      run: async () =>
        chromiumProgram() ?? missing("not installed", "apt-get install chromium: only tests use it"),
    },
    { name: "media worker", run: () => workerPath(root, home, progress) },
    { name: "DTLS handshake", run: () => handshake(root, home, progress) },
    { name: "real time", optional: true, run: realTime },
    ...(run ? runningChecks(settings, run) : [{ name: "ports", run: () => freePorts(settings) }]),
    ...externalChecks(settings),
  ];
}

function missing(message: string, fix: string): never {
  throw new Trouble(message, fix);
}

async function versionOf(program: string, args: string[], pattern: RegExp, fix: string): Promise<string> {
  const file = which(program);
  if (!file) missing("not installed", fix);
  const { stdout, stderr } = await runCommand([file, ...args], { timeoutMs: 15_000 });
  return `${pattern.exec(stdout + stderr)?.[0] ?? "unknown version"} (${file})`;
}

async function freeSpace(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const gigabytes = (bavail * bsize) / 1024 ** 3;
  if (gigabytes < 0.5) missing(`${gigabytes.toFixed(1)} GB free under ${folder}`, "free some space");
  return `${gigabytes.toFixed(0)} GB free under ${folder}`;
}

async function ffmpegCodecs(): Promise<string> {
  const version = await versionOf("ffmpeg", ["-version"], /\d+\.\d+[\d.]*/, "apt-get install ffmpeg");
  const { stdout } = await runCommand(["ffmpeg", "-hide_banner", "-encoders"], { timeoutMs: 15_000 });
  const lacking = ["libx264", "aac"].filter((codec) => !new RegExp(`\\s${codec}\\s`).test(stdout));
  if (lacking.length > 0) missing(`${version} lacks ${lacking.join(" and ")}`, "install a build with them");
  return `${version} with libx264 and aac`;
}

async function redisVersion(): Promise<string> {
  const file = redisProgram();
  if (!file) missing("not installed", "apt-get install redis-tools");
  return file;
}

const buildLog = (home: string): string =>
  existsSync(home) ? path.join(home, "logs/worker-build.log") : "/dev/null";

const workerPath = (root: string, home: string, progress: Progress): Promise<string> => {
  const step = progress.step("media worker");
  return ensureWorker(root, buildLog(home), step).finally(() => step.cancel());
};

async function handshake(root: string, home: string, progress: Progress): Promise<string> {
  const worker = await workerPath(root, home, progress);
  const { code, stdout, stderr } = await runCommand([process.execPath, "scripts/doctor/dtls-handshake.ts"], {
    cwd: root,
    env: { ...process.env, MEDIASOUP_WORKER_BIN: worker },
    timeoutMs: 20_000,
  });
  if (code !== 0)
    missing(
      lastLines(stdout + stderr, 3).trim(),
      "rebuild the worker: remove ~/.cache/rostrum/mediasoup-worker",
    );
  return stdout.trim();
}

/** As packages/sfu asks for it, for each media worker. */
async function realTime(): Promise<string> {
  const { code, stderr } = await runCommand(["chrt", "--rr", "1", "true"], { timeoutMs: 5000 });
  if (code !== 0)
    missing(
      `media workers share time with everything else (${lastLines(stderr, 1).trim()})`,
      "run as root or with CAP_SYS_NICE, with util-linux installed: media then goes first when the machine is busy",
    );
  return "media workers go first";
}

async function freePorts(settings: Settings): Promise<string> {
  const taken = await takenPorts(portNeeds(settings));
  const first = taken[0];
  if (!first) return `all free from ${settings.portBase} on`;
  const who = portHolder(first.need.port, first.need.protocol);
  return missing(
    `${first.need.port} for ${first.need.what} is taken${who ? ` by ${who}` : ""} (${taken.length} in all)`,
    "stop that program, or set ROSTRUM_PORT_BASE",
  );
}

function runningChecks(settings: Settings, run: RunFile): Check[] {
  const urls = urlsOf(settings, portsOf(settings.portBase));
  const ready = (name: string, url: string): Check => ({
    name,
    run: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
      if (!response) return missing(`${url} does not answer`, `see ${run.services[name]?.log ?? "its log"}`);
      if (!response.ok) return missing(`not ready: ${(await response.text()).slice(0, 200)}`, "see its log");
      return `ready (pid ${run.pids[name] ?? "?"}, restarts ${run.services[name]?.restarts ?? 0})`;
    },
  });
  const secrets = loadSecrets(settings.home, settings.env);
  const { databaseUrl, redisUrl } = embeddedUrls(settings, secrets);
  return [
    ...(settings.external.databaseUrl ? [] : [{ name: "PostgreSQL", run: () => pingDatabase(databaseUrl) }]),
    ...(settings.external.redisUrl ? [] : [{ name: "Redis", run: () => pingRedis(redisUrl) }]),
    ready("web", `${urls.web.internal}/api/ready`),
    ...[...mediaNodes(settings), "egress" as const].map((name) =>
      ready(name, `${urls[name].internal}/ready`),
    ),
  ];
}

function externalChecks(settings: Settings): Check[] {
  const { databaseUrl, redisUrl } = settings.external;
  return [
    ...(databaseUrl ? [{ name: "DATABASE_URL", run: () => pingDatabase(databaseUrl) }] : []),
    ...(redisUrl ? [{ name: "REDIS_URL", run: () => pingRedis(redisUrl) }] : []),
  ];
}

async function pingRedis(url: string): Promise<string> {
  const fault = await probeRedis(url);
  if (fault) missing(`the Redis at ${new URL(url).host} cannot be used: ${fault}`, "check REDIS_URL");
  return `answers at ${new URL(url).host}`;
}

function embeddedUrls(settings: Settings, secrets: Secrets): { databaseUrl: string; redisUrl: string } {
  const ports = portsOf(settings.portBase);
  return {
    databaseUrl:
      settings.external.databaseUrl ??
      `postgres://rostrum_app:${secrets.postgresApp}@127.0.0.1:${ports.postgres}/rostrum`,
    redisUrl: settings.external.redisUrl ?? `redis://:${secrets.redis}@127.0.0.1:${ports.redis}`,
  };
}

/** Nothing of it is used or shown: secrets are hidden in every printed configuration. */
const NO_SECRETS: Secrets = {
  rostrum: "x".repeat(48),
  turn: "x",
  redis: "x",
  postgresAdmin: "x",
  postgresOwner: "x",
  postgresApp: "x",
};

/** What each service would be given, as it understands it itself. */
async function configurations(settings: Settings, running: boolean): Promise<string> {
  const secrets = running ? loadSecrets(settings.home, settings.env) : NO_SECRETS;
  const ports = portsOf(settings.portBase);
  const backing: Backing = {
    ...embeddedUrls(settings, secrets),
    smtpUrl: settings.external.smtpUrl ?? `smtp://127.0.0.1:${ports.smtp}`,
    turnUrls: settings.external.turnUrls ?? `turn:${settings.publicHost}:${ports.turn}?transport=udp`,
    turnSecret: settings.external.turnSecret ?? secrets.turn,
    worker: "",
  };
  const services = planServices({ settings, ports, secrets, backing });
  const entries: [ServiceName, string][] = [
    ["web", "scripts/doctor/web-config.ts"],
    ...mediaNodes(settings).map((name): [ServiceName, string] => [
      name,
      `${name.startsWith("origin") ? "origin" : "sfu-edge"}/src/main.ts`,
    ]),
    ["egress", "egress/src/main.ts"],
  ];
  const texts = entries.map(async ([name, entry]) => {
    const { code, stdout, stderr } = await runCommand([process.execPath, entry, "--print-config"], {
      cwd: settings.root,
      env: services[name].env,
      timeoutMs: 20_000,
    });
    const lines = (code === 0 ? stdout : stdout + stderr).trim().split("\n");
    return `${name} is configured with\n${lines.map((line) => `    ${line}`).join("\n")}\n`;
  });
  return (await Promise.all(texts)).join("\n");
}
