import { type ChildProcess, fork, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { acceptSockets, connectRedis, createLog, HttpServer, Registry, Scope } from "@rostrum/platform";
import { TestRedis } from "@rostrum/platform/testing";
import {
  type EncoderPass,
  EncoderStatus,
  EncoderWish,
  encoderStatusKey,
  ingestMethods,
} from "@rostrum/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OpusDecoder, planesOf, VideoDecoder } from "../src/av/index.ts";
import { Receiver } from "../src/ingest/receiver.ts";
import { monotonicMs } from "../src/mix/clock.ts";
import { FrameAssembler, h264 } from "../src/rtp/index.ts";
import { freePort, until } from "./ports.ts";
import { onsets } from "./probe.ts";

const log = createLog({ service: "encoders-test", level: "silent" });
const scope = new Scope("test", log);
const key = randomBytes(24).toString("base64url");
const keys = new Map<string, EncoderPass>();
const pass = { webinarId: randomUUID(), encoderId: randomUUID(), name: "OBS" } as EncoderPass;

/** A level now and then on the sender's wall clock, ms. */
type Seen = { at: number; level: number };

/** The origin's end of an ingest, spoken over the real wire: it decodes what comes. */
class IngestOrigin {
  opened = 0;
  readonly pauses: boolean[] = [];
  readonly ssrcs = { video: [] as number[], audio: [] as number[] };
  readonly light: Seen[] = [];
  readonly loud: Seen[] = [];
  /** Video timestamps in the order of pictures. */
  readonly timestamps: number[] = [];
  url = "";

  async open(): Promise<void> {
    const http = new HttpServer(log);
    acceptSockets(http, "/ingest", {
      log,
      scope,
      onSocket: (socket, authenticated) => {
        let receiver: Receiver;
        socket.handle("hello", ingestMethods.hello.request, () => {
          authenticated();
          return { nodeId: "test-origin", epoch: randomUUID() };
        });
        socket.handle("ingest.open", ingestMethods["ingest.open"].request, async ({ encoder, endpoint }) => {
          expect(encoder).toEqual(pass);
          this.opened += 1;
          receiver = await Receiver.open({
            listenIp: "127.0.0.1",
            holdMs: 50,
            now: monotonicMs,
            scope: socket.scope,
          });
          receiver.connect(endpoint);
          return { endpoint: receiver.endpoint };
        });
        socket.handle(
          "ingest.produce",
          ingestMethods["ingest.produce"].request,
          ({ kind, rtpParameters }) => {
            const ssrc = Number(rtpParameters.encodings?.[0]?.ssrc);
            const payloadType = Number(rtpParameters.codecs[0]?.payloadType);
            this.ssrcs[kind].push(ssrc);
            this.#watch(kind, receiver, { ssrc, payloadType, rtx: null });
            return { producerId: randomUUID() };
          },
        );
        socket.handle("ingest.pause", ingestMethods["ingest.pause"].request, ({ paused }) => {
          this.pauses.push(paused);
          return {};
        });
      },
    });
    this.url = `http://127.0.0.1:${await http.listen("127.0.0.1", 0, scope)}`;
  }

  #watch(kind: "audio" | "video", receiver: Receiver, shape: Parameters<Receiver["register"]>[0]): void {
    let line: { ntpMs: number; timestamp: number } | null = null;
    const report = (ntpMs: number, timestamp: number) => {
      line = { ntpMs, timestamp };
    };
    const wall = (timestamp: number, rate: number): number =>
      line ? line.ntpMs + (((timestamp - line.timestamp) | 0) * 1000) / rate : Number.NaN;
    if (kind === "video") {
      const decoder = new VideoDecoder("h264");
      const assembler = new FrameAssembler(
        h264,
        ({ data, timestamp }) => {
          this.timestamps.push(timestamp);
          const frame = decoder.decode(data);
          const luma = frame && planesOf(frame).planes[0][0];
          if (typeof luma === "number") this.light.push({ at: wall(timestamp, 90_000), level: luma / 255 });
        },
        () => {},
      );
      receiver.register(shape, { packet: (packet, gap) => assembler.push(packet, gap), report });
      scope.add("decoder", () => decoder.close());
      return;
    }
    const decoder = new OpusDecoder();
    receiver.register(shape, {
      packet: ({ payload, timestamp }) => {
        const samples = decoder.decode(payload)?.left ?? new Float32Array(0);
        for (let from = 0; from < samples.length; from += 240) {
          const level = samples
            .subarray(from, from + 240)
            .reduce((most, one) => Math.max(most, Math.abs(one)), 0);
          this.loud.push({ at: wall(timestamp, 48_000) + from / 48, level });
        }
      },
      report,
    });
    scope.add("decoder", () => decoder.close());
  }
}

const origin = new IngestOrigin();
let web: Server;
let child: ChildProcess;
let output = "";
let rtmpPort = 0;
let dataDir = "";
let redisServer: TestRedis | undefined;
let redis: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "egress-encoders-"));
  redisServer = await TestRedis.start();
  redis = connectRedis(redisServer.url, { log, scope });
  await origin.open();
  announce();
  web = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const found = keys.get(EncoderWish.parse(JSON.parse(Buffer.concat(chunks).toString())).key);
    response.statusCode = found ? 200 : 401;
    response.end(
      JSON.stringify(found ?? { error: { code: "token.invalid", message: "The stream key is not valid." } }),
    );
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const address = web.address();
  rtmpPort = await freePort();
  child = fork(fileURLToPath(new URL("../src/encoders/main.ts", import.meta.url)), [randomUUID()], {
    env: {
      NODE_ID: "egress-test",
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: String(await freePort()),
      ROSTRUM_SECRET: randomBytes(32).toString("hex"),
      PUBLIC_URL: "http://127.0.0.1:9",
      INTERNAL_URL: "http://127.0.0.1:9",
      WEB_PUBLIC_URL: "http://127.0.0.1:9",
      WEB_INTERNAL_URL: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
      REDIS_URL: redisServer.url,
      DATA_DIR: dataDir,
      RTMP_PORT: "9",
      INGEST_RTMP_PORT: String(rtmpPort),
      LOG_LEVEL: "debug",
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
  await new Promise((resolve) => child.once("message", resolve));
  keys.set(key, pass);
}, 40_000);

afterAll(async () => {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
  await scope.close("done");
  web.close();
  await redisServer?.close();
  await rm(dataDir, { recursive: true, force: true });
}, 20_000);

function announce(): void {
  new Registry(redis).announce(scope, () => ({
    nodeId: "test-origin",
    kind: "origin",
    epoch: "00000000-0000-4000-8000-000000000001",
    region: "local",
    publicUrl: origin.url,
    internalUrl: origin.url,
    draining: false,
    capacity: 10,
    load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
    webinars: {},
    at: Date.now(),
  }));
}

/** A flash and a beep at each full second, of one clock, as an encoder sends them: 44.1 kHz AAC and x264. */
function publish(streamKey: string, coding: string[] = []) {
  const flash =
    "color=c=black:size=320x180:rate=30,drawbox=w=iw:h=ih:color=white:t=fill:enable='lt(mod(t,1),0.1)'";
  const beep = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':s=44100";
  const process_ = spawn(
    "ffmpeg",
    [
      ...["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", `${flash}[out0];${beep}[out1]`],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0", "-g", "30"],
      ...["-pix_fmt", "yuv420p", ...coding, "-c:a", "aac", "-ac", "2"],
      ...["-f", "flv", `rtmp://127.0.0.1:${rtmpPort}/live/${streamKey}`],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<number | null>((resolve) => process_.once("exit", resolve));
  scope.add("ffmpeg", () => void process_.kill("SIGKILL"));
  return { ended, kill: () => void process_.kill("SIGKILL") };
}

const statusOf = async (): Promise<EncoderStatus | null> => {
  const text = await redis.get(encoderStatusKey(pass.encoderId));
  return text ? EncoderStatus.parse(JSON.parse(text)) : null;
};

const instants = (seen: Seen[], threshold: number, windowMs: number): number[] => {
  const known = seen.filter(({ at }) => Number.isFinite(at));
  const levels = known.map(({ level }) => level);
  return onsets(levels, windowMs, threshold).map((ms) => known[Math.round(ms / windowMs)]?.at ?? Number.NaN);
};

it("turns away who has no key, or says what cannot be read, and goes on", { timeout: 20_000 }, async () => {
  expect(await publish(`${key.slice(1)}x`).ended).not.toBe(0);
  const handshake = Buffer.alloc(1 + 1536 * 2, 3);
  // `connect` without an address, which node-media-server does not expect, and a flood that never says what it wants.
  const connectCommand = Buffer.from(
    "020007636f6e6e656374003ff00000000000000300036170700200046c697665000009",
    "hex",
  );
  const header = Buffer.from([3, 0, 0, 0, 0, 0, connectCommand.length, 20, 0, 0, 0, 0]);
  const broken = Buffer.concat([header, connectCommand]);
  for (const bytes of [Buffer.concat([handshake, broken]), Buffer.alloc(200_000, 7)]) {
    const socket = connect(rtmpPort, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    socket.write(bytes);
    await new Promise((resolve) => socket.once("close", resolve));
  }
  expect(child.exitCode).toBeNull();
});

it("says what to change when pictures come out of order", { timeout: 20_000 }, async () => {
  const { ended } = publish(key, ["-tune", "film", "-bf", "2", "-preset", "veryfast"]);
  await until("refused", 10_000, async () => (await statusOf())?.state === "refused");
  expect((await statusOf())?.note).toContain("B-frames");
  expect(await ended).not.toBe(0);
});

it("brings an encoder to the stage in step, keeps it through a break, and lets it go with its key", {
  timeout: 45_000,
}, async () => {
  const [opened, began] = [origin.opened, origin.light.length];
  const first = publish(key);
  await until("six seconds of it", 20_000, () => origin.light.length - began > 200);
  const status = await statusOf();
  expect(status).toMatchObject({ state: "live", protocol: "rtmp", audio: "AAC", note: null });
  expect(status?.video).toContain("320×180");
  const flashes = instants(origin.light.slice(began), 0.5, 33).slice(1);
  const beeps = instants(origin.loud, 0.1, 5);
  const offsets = flashes
    .map((at) => (beeps.toSorted((a, b) => Math.abs(a - at) - Math.abs(b - at))[0] ?? Number.NaN) - at)
    .toSorted((a, b) => a - b);
  expect(offsets.length).toBeGreaterThanOrEqual(4);
  // One picture lasts 33 ms: where a flash begins is known no better.
  expect(Math.abs(offsets[Math.floor(offsets.length / 2)] ?? Number.NaN)).toBeLessThanOrEqual(40);

  const before = {
    timestamp: origin.timestamps.at(-1) ?? 0,
    at: monotonicMs(),
    count: origin.timestamps.length,
  };
  first.kill();
  await until("paused", 5000, () => origin.pauses.at(-1) === true);
  publish(key);
  await until("pictures again", 10_000, () => origin.timestamps.length > before.count + 10);
  expect(origin.pauses.at(-1)).toBe(false);
  expect(origin.opened).toBe(opened + 1);
  expect(origin.ssrcs.video).toHaveLength(origin.opened);
  // Time went on meanwhile: the first picture after the break is as much later as it came later.
  const gapMs = (((origin.timestamps[before.count + 5] ?? 0) - before.timestamp) | 0) / 90;
  expect(Math.abs(gapMs - (monotonicMs() - before.at))).toBeLessThan(1500);

  keys.delete(key);
  await until("gone with its key", 10_000, async () => (await statusOf()) === null);
  expect(output).not.toContain(key);
});
