import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  connectRedis,
  createHttpServer,
  createLog,
  createMetrics,
  createTokens,
  loadConfig,
  type Redis,
  Registry,
  Scope,
} from "@rostrum/platform";
import { TestRedis } from "@rostrum/platform/testing";
import {
  type Fact,
  FactBatch,
  type ProgrammeJob,
  ProgrammeStatus,
  programmeStatusKey,
  programmesChannel,
  programmesKey,
  recordingSubject,
  replaySubject,
  WebinarId,
} from "@rostrum/protocol";
import { EgressConfig } from "../src/config.ts";
import { type Egress, startEgress } from "../src/service.ts";
import { TestOrigin } from "./origin.ts";
import { freePort, until } from "./ports.ts";

const secret = randomBytes(32).toString("hex");

export type EgressProcess = { pid: number; end: (signal: "SIGTERM" | "SIGKILL") => Promise<void> };

/** A real Redis, a web that takes facts, an origin, and egress itself in this process with its compositors as children. */
export class Harness {
  readonly scope: Scope;
  readonly redis: Redis;
  readonly origin: TestOrigin;
  readonly dataDir: string;
  readonly tokens = createTokens(secret);
  readonly facts: Fact[] = [];
  readonly #stops: (() => Promise<void>)[];
  readonly #env: Record<string, string>;
  egress: Egress | null = null;
  egressScope: Scope | null = null;
  baseUrl = "";
  #rtmpPort = "";

  private constructor(parts: {
    scope: Scope;
    redis: Redis;
    origin: TestOrigin;
    dataDir: string;
    stops: (() => Promise<void>)[];
    env: Record<string, string>;
  }) {
    this.scope = parts.scope;
    this.redis = parts.redis;
    this.origin = parts.origin;
    this.dataDir = parts.dataDir;
    this.#stops = parts.stops;
    this.#env = parts.env;
  }

  /** @param options `inProcess` false: egress is not started, see `startProcess` */
  static async open(
    env: Record<string, string> = {},
    options: { inProcess: boolean } = { inProcess: true },
  ): Promise<Harness> {
    const dataDir = await mkdtemp(join(tmpdir(), "egress-test-"));
    const server = await TestRedis.start();
    const log = createLog({ service: "egress-test", level: process.env.TEST_LOG ?? "silent" });
    const scope = new Scope("test", log);
    const redis = connectRedis(server.url, { log, scope });
    const origin = await TestOrigin.open();
    const harness = new Harness({
      scope,
      redis,
      origin,
      dataDir,
      stops: [() => server.close()],
      env: { REDIS_URL: server.url, DATA_DIR: dataDir, ...env },
    });
    const webPort = await harness.#startWeb();
    harness.#env.WEB_INTERNAL_URL = `http://127.0.0.1:${webPort}`;
    harness.#announceOrigin();
    harness.#rtmpPort = String(await freePort());
    if (options.inProcess) await harness.startEgress();
    return harness;
  }

  #startWeb(): Promise<number> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      // It has deleted no recording, and wants none in another layout.
      if (request.url === "/api/internal/recordings") {
        response.end(JSON.stringify({ deleted: [] }));
        return;
      }
      if (request.url === "/api/internal/renders") {
        response.end(JSON.stringify({ wanted: [] }));
        return;
      }
      const { facts } = FactBatch.parse(JSON.parse(Buffer.concat(chunks).toString()));
      this.facts.push(...facts);
      response.end(JSON.stringify({ accepted: facts.map((fact) => fact.factId) }));
    });
    this.#stops.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      }),
    );
  }

  #announceOrigin(): void {
    new Registry(this.redis).announce(this.scope, () => ({
      nodeId: "test-origin",
      kind: "origin",
      epoch: "00000000-0000-4000-8000-000000000001",
      region: "local",
      publicUrl: this.origin.url,
      internalUrl: this.origin.url,
      draining: false,
      capacity: 10,
      load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
      webinars: {},
      at: Date.now(),
    }));
  }

  async startEgress(): Promise<void> {
    const port = await freePort();
    this.baseUrl = `http://127.0.0.1:${port}`;
    const config = loadConfig(EgressConfig, this.#environment(port), "egress");
    const log = createLog({ service: "egress", level: config.LOG_LEVEL });
    const scope = new Scope("egress", log);
    const metrics = createMetrics({ service: "egress", nodeId: config.NODE_ID });
    const http = createHttpServer({
      log,
      metrics,
      service: "egress",
      nodeId: config.NODE_ID,
      faults: () => [],
    });
    await http.listen("127.0.0.1", port, scope);
    this.egress = await startEgress(config, { scope, log, http, metrics, nodeId: config.NODE_ID });
    this.egressScope = scope;
  }

  async stopEgress(): Promise<void> {
    await this.egressScope?.close("test");
    this.egress = null;
  }

  /** Egress as a process of its own, which may be killed. Its data and its place stay the harness's. */
  async startProcess(prefix: readonly string[] = []): Promise<EgressProcess> {
    const port = await freePort();
    this.baseUrl = `http://127.0.0.1:${port}`;
    const [command = process.execPath, ...before] = [...prefix, process.execPath];
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const env = { PATH: process.env.PATH ?? "", ...this.#environment(port) };
    const child = spawn(command, [...before, main], { env, stdio: ["ignore", "ignore", "inherit"] });
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
      child.kill(signal);
      await gone;
    };
    this.#stops.unshift(() => end("SIGTERM"));
    await until("egress is up", 20_000, () =>
      fetch(`${this.baseUrl}/health`).then(
        (response) => response.ok,
        () => false,
      ),
    );
    return { pid: child.pid ?? 0, end };
  }

  #environment(port: number): Record<string, string> {
    return {
      NODE_ID: "egress-test",
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: String(port),
      ROSTRUM_SECRET: secret,
      PUBLIC_URL: this.baseUrl,
      INTERNAL_URL: this.baseUrl,
      WEB_PUBLIC_URL: "http://127.0.0.1:9",
      RTMP_PORT: this.#rtmpPort,
      LOG_LEVEL: process.env.TEST_LOG ?? "silent",
      ...this.#env,
    };
  }

  /** What egress says about a programme. */
  async status(webinarId: string): Promise<ProgrammeStatus | null> {
    const text = await this.redis.hget(programmeStatusKey, webinarId);
    return text ? ProgrammeStatus.parse(JSON.parse(text)) : null;
  }

  /** Writes the job as web does, and the stage's lease as the origin does. */
  async want(job: ProgrammeJob): Promise<void> {
    const lease = JSON.stringify({ holder: "test-origin", fencing: 1 });
    await this.redis.set(`lease:stage:${job.webinarId}`, lease);
    await this.redis.hset(programmesKey, job.webinarId, JSON.stringify(job));
    await this.redis.publish(programmesChannel, job.webinarId);
  }

  /** Where a viewer finds a file of the programme. */
  hls(webinarId: string, file: string): string {
    const access = this.tokens.hlsAccess(webinarId, Math.floor(Date.now() / 1000) + 3600);
    return `${this.baseUrl}/hls/${webinarId}/${access}/${file}`;
  }

  recording(webinarId: string): string {
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const access = this.tokens.hlsAccess(recordingSubject(webinarId), expires);
    return `${this.baseUrl}/recordings/${webinarId}/${access}/recording.mp4`;
  }

  /** A file of what was published: a part of the recording, ms. */
  replay(webinarId: string, range: string, file: string): string {
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const access = this.tokens.hlsAccess(replaySubject(webinarId, range), expires);
    return `${this.baseUrl}/replay/${webinarId}/${range}/${access}/${file}`;
  }

  async close(): Promise<void> {
    await this.stopEgress();
    await this.origin.close();
    await this.scope.close("test over");
    for (const stop of this.#stops) await stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export function liveJob(over: Partial<ProgrammeJob> = {}): ProgrammeJob {
  return {
    webinarId: WebinarId.parse(randomUUID()),
    title: "A test of the programme",
    desired: "live",
    liveAt: Date.now(),
    endedAt: null,
    layout: "auto",
    destinations: [],
    ...over,
  };
}
