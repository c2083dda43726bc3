import { createLog, Scope } from "@rostrum/platform";
import type { types } from "mediasoup";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPipeTransport, endpointOf, isLayered, mediaCodecs, WorkerPool } from "../src/index.ts";

const log = createLog({ service: "test", level: "silent" });
const listen = { ip: "127.0.0.1", portMin: 27_700, portMax: 27_740 };
const ssrc = 9628;
const payloadType = 98;
const pictureMs = 10;
/** A key picture is one in so many: whoever changes the layer waits for the next. */
const keyEvery = 5;

let scope: Scope;
let pool: WorkerPool;
beforeAll(async () => {
  scope = new Scope("test", log);
  pool = await WorkerPool.create({
    count: 2,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_750 },
    scope,
    log,
    onDied: () => {},
  });
});
afterAll(() => scope.close("done"));

const vp9: types.RtpParameters = {
  codecs: [
    {
      mimeType: "video/VP9",
      payloadType,
      clockRate: 90_000,
      parameters: { "profile-id": 0 },
      rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
    },
  ],
  encodings: [{ ssrc, scalabilityMode: "L3T1_KEY" }],
  rtcp: { cname: "svc" },
};

/** One layer of a picture in one packet (RFC 9628 §4.2): picture id of 15 bits, layer, TL0PICIDX. */
function layerPacket(picture: number, spatial: number, sequence: number): Buffer {
  const predicted = picture % keyEvery !== 0;
  const head = Buffer.alloc(12);
  head.writeUInt8(0x80, 0);
  head.writeUInt8(payloadType | (spatial === 2 ? 0x80 : 0), 1);
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(picture * 900, 4);
  head.writeUInt32BE(ssrc, 8);
  const above = !predicted && spatial > 0;
  return Buffer.concat([
    head,
    Buffer.from([0xac | (predicted ? 0x40 : 0), 0x80 | (picture >> 8), picture & 0xff]),
    Buffer.from([(spatial << 1) | (above ? 1 : 0), picture & 0xff]),
    Buffer.alloc(100 * (spatial + 1), spatial + 1),
  ]);
}

type Seen = { picture: number; spatial: number; marker: boolean };

/** Reads what `layerPacket` wrote, whatever is in front of the payload. */
function read(packet: Buffer): Seen {
  const extended = (packet.readUInt8(0) & 0x10) !== 0;
  const at = 12 + (extended ? 4 + packet.readUInt16BE(14) * 4 : 0);
  return {
    picture: packet.readUInt32BE(4),
    spatial: (packet.readUInt8(at + 3) >> 1) & 7,
    marker: (packet.readUInt8(1) & 0x80) !== 0,
  };
}

it("SVC goes whole over a pipe, and the edge gives each receiver the layer it asks for", async () => {
  const [origin, edge] = [await pool.createRouter(mediaCodecs), await pool.createRouter(mediaCodecs)];
  const source = await origin.router.createDirectTransport();
  const producer = await source.produce({ kind: "video", rtpParameters: vp9 });
  const [near, far] = [
    await createPipeTransport(origin.router, listen),
    await createPipeTransport(edge.router, listen),
  ];
  await near.connect(endpointOf(far));
  await far.connect(endpointOf(near));
  const piped = await near.consume({ producerId: producer.id });
  await far.produce({ id: producer.id, kind: "video", rtpParameters: piped.rtpParameters });

  const sink = await edge.router.createDirectTransport();
  const rtpCapabilities = edge.router.rtpCapabilities as types.RtpCapabilities;
  /** What a receiver who prefers a layer gets from now on. */
  const receive = async (spatialLayer: number) => {
    const consumer = await sink.consume({ producerId: producer.id, rtpCapabilities, paused: true });
    expect(consumer.type).toBe("svc");
    expect(isLayered(consumer)).toBe(true);
    const state = { seen: [] as Seen[], layers: consumer.currentLayers, consumer };
    consumer.on("rtp", (packet) => state.seen.push(read(packet)));
    consumer.on("layerschange", (layers) => {
      state.layers = layers;
    });
    await consumer.setPreferredLayers({ spatialLayer });
    await consumer.resume();
    return state;
  };
  const [small, large] = [await receive(0), await receive(2)];
  let [picture, sequence] = [0, 0];
  const timer = setInterval(() => {
    for (const spatial of [0, 1, 2]) producer.send(layerPacket(picture, spatial, sequence++));
    picture = (picture + 1) & 0x7fff;
  }, pictureMs);
  try {
    const reaches = (state: typeof small, layer: number) =>
      expect.poll(() => state.layers?.spatialLayer, { timeout: 5000 }).toBe(layer);
    await Promise.all([reaches(small, 0), reaches(large, 2)]);
    // Only what both are sent from a key picture on.
    for (const state of [small, large]) state.seen.length = 0;
    await expect
      .poll(() => Math.min(small.seen.length, large.seen.length), { timeout: 5000 })
      .toBeGreaterThan(30);

    expect(new Set(small.seen.map(({ spatial }) => spatial))).toEqual(new Set([0]));
    expect(small.seen.every(({ marker }) => marker)).toBe(true);
    // Layers below are needed in key pictures alone, and a picture ends with its top layer.
    const between = large.seen.filter(({ picture: at }) => (at / 900) % keyEvery !== 0);
    expect(between.length).toBeGreaterThan(10);
    expect(new Set(between.map(({ spatial }) => spatial))).toEqual(new Set([2]));
    const key = large.seen.filter(({ picture: at }) => (at / 900) % keyEvery === 0);
    expect(new Set(key.map(({ spatial }) => spatial))).toEqual(new Set([0, 1, 2]));
    expect(large.seen.every(({ marker, spatial }) => marker === (spatial === 2))).toBe(true);

    await large.consumer.setPreferredLayers({ spatialLayer: 1 });
    await reaches(large, 1);
    expect(small.layers?.spatialLayer).toBe(0);
  } finally {
    clearInterval(timer);
  }
  origin.router.close();
  edge.router.close();
}, 30_000);
