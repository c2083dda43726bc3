import { createSocket } from "node:dgram";
import type { TransportOptions } from "@rostrum/protocol";
import { createWorker, type types } from "mediasoup";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { dtlsParameters, MediaPeer } from "./peer.ts";
import { isRtcp, type RtpHeader } from "./rtp.ts";
import { isDtls } from "./transport/dtls-record.ts";

let worker: types.Worker;
let router: types.Router;
let producer: types.Producer;

beforeAll(async () => {
  worker = await createWorker({ logLevel: "warn" });
  router = await worker.createRouter({
    mediaCodecs: [{ kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2 }],
  });
  const direct = await router.createDirectTransport();
  producer = await direct.produce({
    kind: "audio",
    rtpParameters: {
      codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: 1234 }],
    },
  });
});
afterAll(() => worker?.close());

let sequence = 65_000;
function send(text: string): void {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(111, 1);
  header.writeUInt16BE(sequence++ & 0xffff, 2);
  header.writeUInt32BE((sequence * 960) >>> 0, 4);
  header.writeUInt32BE(1234, 8);
  producer.send(Buffer.concat([header, Buffer.from(text)]));
}

/** A transport, a peer for what it offers (`changed` on the way), and what the peer got. */
async function meet(
  changed: (offer: TransportOptions) => TransportOptions | Promise<TransportOptions> = (offer) => offer,
) {
  const transport = await router.createWebRtcTransport({
    listenInfos: [{ protocol: "udp", ip: "127.0.0.1" }],
  });
  const { id, iceParameters, iceCandidates } = transport;
  const offer = { id, iceParameters, iceCandidates, dtlsParameters: transport.dtlsParameters };
  const got: { packet: RtpHeader; payload: string | undefined }[] = [];
  const ended: string[] = [];
  let needed = true;
  const peer = new MediaPeer(await changed(offer as unknown as TransportOptions), {
    reads: () => needed,
    onPacket: (packet, _bytes, payload) => got.push({ packet, payload: payload?.toString() }),
    onEnd: (reason) => ended.push(reason),
  });
  onTestFinished(() => {
    peer.close();
    transport.close();
  });
  await transport.connect({ dtlsParameters: dtlsParameters as types.DtlsParameters });
  const consumer = await transport.consume({
    producerId: producer.id,
    rtpCapabilities: router.rtpCapabilities as types.RtpCapabilities,
  });
  return {
    transport,
    consumer,
    peer,
    got,
    ended,
    needNoMore: () => {
      needed = false;
    },
  };
}

const isRtp = (datagram: Buffer): boolean => (datagram[0] ?? 0) >> 6 === 2 && !isRtcp(datagram);

type Loses = (datagram: Buffer) => boolean;

/** The offer by way of a port that does not hand on what `up` (to the node) and `down` lose. */
async function by(
  offer: TransportOptions,
  { up, down }: { up: Loses; down: Loses },
): Promise<TransportOptions> {
  const [candidate] = offer.iceCandidates as { port: number }[];
  const [near, far] = [createSocket("udp4"), createSocket("udp4")];
  onTestFinished(() => {
    near.close();
    far.close();
  });
  let client = 0;
  near.on("message", (datagram, from) => {
    client = from.port;
    if (!up(datagram)) far.send(datagram, candidate?.port ?? 0, "127.0.0.1");
  });
  far.on("message", (datagram) => {
    if (!down(datagram)) near.send(datagram, client, "127.0.0.1");
  });
  await new Promise<void>((resolve) => near.bind(0, "127.0.0.1", resolve));
  return { ...offer, iceCandidates: [{ ...candidate, port: near.address().port }] };
}

/** The first of the datagrams that are meant. */
function first(meant: Loses): Loses {
  let lost = false;
  return (datagram) => {
    const loses = !lost && meant(datagram);
    lost ||= loses;
    return loses;
  };
}

describe("MediaPeer", () => {
  it("connects, and reads what is sent to it", async () => {
    const { transport, consumer, peer, got } = await meet();
    await peer.connect();
    const states = () => [transport.iceState, transport.dtlsState];
    await expect.poll(states).toEqual(["completed", "connected"]);
    const received = () => {
      send("hello");
      return got.length;
    };
    await expect.poll(received, { timeout: 5000 }).toBeGreaterThan(3);
    expect(new Set(got.map(({ payload }) => payload))).toEqual(new Set(["hello"]));
    expect(got[0]?.packet.ssrc).toBe(consumer.rtpParameters.encodings?.[0]?.ssrc);
    const numbers = got.map(({ packet }) => packet.sequence);
    expect(numbers).toEqual(numbers.map((_, i) => ((numbers[0] ?? 0) + i) & 0xffff));
  });

  it("reads one payload in sixteen when none is needed, beyond the wrap of the numbers too", async () => {
    const { peer, got, needNoMore } = await meet();
    await peer.connect();
    needNoMore();
    const batch = async (): Promise<number> => {
      for (let i = 0; i < 400; i++) send("x".repeat(40));
      await new Promise((resolve) => setTimeout(resolve, 10));
      return got.length;
    };
    await expect.poll(batch, { timeout: 30_000, interval: 1 }).toBeGreaterThan(68_000);
    expect(Math.max(...got.slice(-10).map(({ packet }) => packet.sequence))).toBeLessThan(60_000);
    const read = got.filter(({ payload }) => payload !== undefined);
    expect(read.length).toBe(Math.ceil(got.length / 16));
    expect(read.at(-1)?.payload).toBe("x".repeat(40));
  }, 40_000);

  it("tells the node what it did not receive", async () => {
    const none: Loses = () => false;
    const everyFourth: Loses = (packet) => isRtp(packet) && packet.readUInt16BE(2) % 4 === 0;
    const { consumer, peer } = await meet((offer) => by(offer, { up: none, down: everyFourth }));
    await peer.connect();
    const lost = async () => {
      send("hello");
      return (await consumer.getStats())[0]?.packetsLost;
    };
    await expect.poll(lost, { timeout: 12_000, interval: 20 }).toBeGreaterThan(5);
  }, 15_000);

  it("sends a flight again that was lost", async () => {
    const loses = { up: first(isDtls), down: first(isDtls) };
    const { transport, peer } = await meet((offer) => by(offer, loses));
    await peer.connect();
    await expect.poll(() => transport.dtlsState).toBe("connected");
  }, 15_000);

  it("refuses a node with another certificate", async () => {
    const wrong = { algorithm: "sha-256", value: "AB:".repeat(31).concat("AB") };
    const { peer, ended } = await meet((offer) => ({ ...offer, dtlsParameters: { fingerprints: [wrong] } }));
    await expect(peer.connect()).rejects.toThrow("not the one that was signalled");
    expect(ended).toHaveLength(1);
  });

  it("ends when the node closes the connection", async () => {
    const { transport, peer, ended } = await meet();
    await peer.connect();
    transport.close();
    await expect.poll(() => ended, { timeout: 5000 }).toEqual(["DTLS: the server closed the connection"]);
  });
});
