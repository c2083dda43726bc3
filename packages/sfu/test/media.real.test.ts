import { createLog, Scope } from "@rostrum/platform";
import { RostrumError, type StageProducer } from "@rostrum/protocol";
import fc from "fast-check";
import type { types } from "mediasoup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Board,
  checkCapabilities,
  checkProducerRtp,
  createFeedTransport,
  createPipeTransport,
  endpointOf,
  mediaCodecs,
  WorkerPool,
} from "../src/index.ts";

const log = createLog({ service: "test", level: "silent" });
const listen = { ip: "127.0.0.1", portMin: 27_000, portMax: 27_099 };
const audio: types.RtpParameters = {
  codecs: [
    {
      mimeType: "audio/opus",
      payloadType: 111,
      clockRate: 48000,
      channels: 2,
      parameters: {},
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [],
  encodings: [{ ssrc: 1234 }],
  rtcp: { cname: "test" },
};

let scope: Scope;
let pool: WorkerPool;

beforeAll(async () => {
  scope = new Scope("test", log);
  pool = await WorkerPool.create({
    count: 2,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_100 },
    scope,
    log,
    onDied: () => {},
  });
});
afterAll(() => scope.close("done"));

/** An RTP packet (RFC 3550 §5.1) of 20 ms Opus. */
function packet(sequence: number): Buffer {
  const buffer = Buffer.alloc(12 + 40, 0x55);
  buffer.writeUInt8(0x80, 0);
  buffer.writeUInt8(111, 1);
  buffer.writeUInt16BE(sequence, 2);
  buffer.writeUInt32BE(sequence * 960, 4);
  buffer.writeUInt32BE(1234, 8);
  return buffer;
}

async function until(check: () => boolean, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!check()) {
    if (Date.now() > deadline) throw new Error("not in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What two workers still hold. */
async function left(): Promise<{ routers: number; transports: number }> {
  const dumps = await Promise.all(pool.workers.map(({ worker }) => worker.dump()));
  const servers = await Promise.all(pool.workers.map(({ webRtcServer }) => webRtcServer.dump()));
  return {
    routers: dumps.reduce((sum, dump) => sum + dump.routerIds.length, 0),
    transports: servers.reduce((sum, dump) => sum + dump.webRtcTransportIds.length, 0),
  };
}

describe("a pipe between two workers", () => {
  it("carries media under the same producer id, mirrors pause, and leaves nothing when it closes", async () => {
    const [origin, edge] = [await pool.createRouter(mediaCodecs), await pool.createRouter(mediaCodecs)];
    expect(origin.place).not.toBe(edge.place);
    const source = await origin.router.createDirectTransport();
    const producer = await source.produce({ kind: "audio", rtpParameters: audio });

    const [near, far] = [
      await createPipeTransport(origin.router, listen),
      await createPipeTransport(edge.router, listen),
    ];
    await near.connect(endpointOf(far));
    await far.connect(endpointOf(near));
    expect(endpointOf(near).srtpParameters.cryptoSuite).toBe("AEAD_AES_256_GCM");
    const piped = await near.consume({ producerId: producer.id });
    const mirrored = await far.produce({
      id: producer.id,
      kind: "audio",
      rtpParameters: piped.rtpParameters,
    });
    expect(mirrored.id).toBe(producer.id);

    const sink = await edge.router.createDirectTransport();
    const consumer = await sink.consume({
      producerId: mirrored.id,
      rtpCapabilities: edge.router.rtpCapabilities as types.RtpCapabilities,
    });
    let received = 0;
    consumer.on("rtp", () => received++);
    let sequence = 0;
    const timer = setInterval(() => producer.send(packet(sequence++)), 5);
    try {
      await until(() => received > 20);
      let paused = false;
      piped.on("producerpause", () => {
        paused = true;
      });
      await producer.pause();
      await until(() => paused);
      const before = received;
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(received - before).toBeLessThan(5);
      await producer.resume();
      await until(() => received > before + 20);
    } finally {
      clearInterval(timer);
    }
    let gone = false;
    consumer.on("producerclose", () => {
      gone = true;
    });
    far.close();
    await until(() => gone);
    origin.router.close();
    edge.router.close();
    await until(() => pool.workers.every(({ routers }) => routers === 0));
    expect(await left()).toEqual({ routers: 0, transports: 0 });
  });

  it("offers a programme feed with SRTP keys of its own", async () => {
    const { router } = await pool.createRouter(mediaCodecs);
    const feed = await createFeedTransport(router, listen);
    const endpoint = endpointOf(feed);
    expect(endpoint.srtpParameters.cryptoSuite).toBe("AEAD_AES_256_GCM");
    // 32 bytes of key and 12 of salt (RFC 7714 §12).
    expect(Buffer.from(endpoint.srtpParameters.keyBase64, "base64")).toHaveLength(44);
    router.close();
    expect(await left()).toEqual({ routers: 0, transports: 0 });
  });
});

describe("RTP from clients", () => {
  it("is refused with a typed error, whatever it is, and the worker lives", async () => {
    const { router, place } = await pool.createRouter(mediaCodecs);
    const codec = fc.record({
      mimeType: fc.oneof(fc.constantFrom("video/VP8", "audio/opus", "video/evil", ""), fc.jsonValue()),
      payloadType: fc.oneof(fc.integer(), fc.jsonValue()),
      clockRate: fc.oneof(fc.integer(), fc.jsonValue()),
      parameters: fc.jsonValue(),
    });
    const parameters = fc.record({
      codecs: fc.oneof(fc.array(codec, { maxLength: 4 }), fc.jsonValue()),
      headerExtensions: fc.jsonValue(),
      encodings: fc.jsonValue(),
      rtcp: fc.jsonValue(),
    });
    fc.assert(
      fc.property(parameters, fc.constantFrom("audio" as const, "video" as const), (given, kind) => {
        try {
          checkProducerRtp(kind, given as never, router);
          throw new Error(`accepted ${JSON.stringify(given).slice(0, 300)}`);
        } catch (error) {
          if (!(error instanceof RostrumError)) throw error;
          expect(error.code).toBe("rtp.invalid");
        }
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(() => checkCapabilities({ codecs: [{ kind: 7 }] })).toThrow(RostrumError);
    expect(checkProducerRtp("audio", structuredClone(audio) as never, router).encodings).toHaveLength(1);
    expect(place.worker.closed).toBe(false);
    router.close();
  });
});

describe("the board", () => {
  it("tells watchers once of each change", () => {
    const board = new Board();
    const producer: StageProducer = {
      producerId: "p",
      participantId: crypto.randomUUID() as never,
      name: "Ada",
      kind: "audio",
      source: "microphone",
      paused: false,
    };
    const seen: string[] = [];
    const stop = board.watch({
      opened: ({ producerId }) => seen.push(`+${producerId}`),
      closed: (id) => seen.push(`-${id}`),
    });
    board.add(producer);
    board.add(producer);
    board.remove("p");
    board.remove("p");
    stop();
    board.add(producer);
    expect(seen).toEqual(["+p", "-p"]);
    expect(board.list()).toHaveLength(1);
  });
});
