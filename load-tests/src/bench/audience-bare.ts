/**
 * Bare mediasoup for comparison: one worker, one router with the product's codecs, one WebRTC port; who publishes is sent
 * to everyone who receives. Speaks just enough of the product's wire for the same panelist and the same swarm: no rooms,
 * no tokens, no checks. Prints {"url":...,"workerPid":...} and runs until it is killed.
 */
import { randomUUID } from "node:crypto";
import { createWorker, type types } from "mediasoup";
import { type WebSocket, WebSocketServer } from "ws";
import { inRealTime } from "./favour.ts";

const worker = await createWorker({ logLevel: "warn" });
// As the product's workers run.
inRealTime(worker.pid, 1);
const webRtcServer = await worker.createWebRtcServer({
  listenInfos: (["udp", "tcp"] as const).map((protocol) => ({ protocol, ip: "127.0.0.1" })),
});
const router = await worker.createRouter({
  mediaCodecs: [
    {
      kind: "audio",
      mimeType: "audio/opus",
      clockRate: 48000,
      channels: 2,
      parameters: { useinbandfec: 1, usedtx: 1 },
    },
    { kind: "video", mimeType: "video/VP8", clockRate: 90000 },
    {
      kind: "video",
      mimeType: "video/H264",
      clockRate: 90000,
      parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
    },
  ],
});

type Produced = { producer: types.Producer; source: string };
const produced: Produced[] = [];
type Data = Record<string, never> & {
  transportId: string;
  kind: types.MediaKind;
  source: string;
  rtpParameters: types.RtpParameters;
  rtpCapabilities: types.RtpCapabilities;
  dtlsParameters: types.DtlsParameters;
  consumerId: string;
};

/** The methods of one connection. */
function serve(socket: WebSocket): Record<string, (data: Data) => Promise<unknown> | unknown> {
  let transport: types.WebRtcTransport | undefined;
  const consumers = new Map<string, types.Consumer>();
  socket.on("close", () => transport?.close());
  const own = (): types.WebRtcTransport => {
    if (!transport) throw new Error("no transport");
    return transport;
  };
  const consume = async ({ producer, source }: Produced, rtpCapabilities: types.RtpCapabilities) => {
    const consumer = await own().consume({
      producerId: producer.id,
      rtpCapabilities,
      paused: true,
      ignoreDtx: true,
    });
    consumers.set(consumer.id, consumer);
    const description = { producerId: producer.id, participantId: randomUUID(), name: "Bare", paused: false };
    const data = {
      consumerId: consumer.id,
      producer: { ...description, kind: producer.kind, source },
      rtpParameters: consumer.rtpParameters,
    };
    socket.send(JSON.stringify({ event: "consumer.opened", data }));
  };
  return {
    hello: () => ({ nodeId: "bare", serverTimeMs: Date.now() }),
    "media.capabilities": () => ({ routerRtpCapabilities: router.rtpCapabilities }),
    "transport.create": async () => {
      transport = await router.createWebRtcTransport({ webRtcServer, enableUdp: true });
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      return { id, iceParameters, iceCandidates, dtlsParameters };
    },
    "transport.connect": ({ dtlsParameters }) => own().connect({ dtlsParameters }),
    "producer.open": async ({ kind, source, rtpParameters }) => {
      const producer = await own().produce({ kind, rtpParameters, keyFrameRequestDelay: 1000 });
      produced.push({ producer, source });
      return { producerId: producer.id };
    },
    "receive.start": async ({ rtpCapabilities }) => {
      for (const one of produced) await consume(one, rtpCapabilities);
    },
    "consumer.resume": ({ consumerId }) => consumers.get(consumerId)?.resume(),
    "consumer.pause": ({ consumerId }) => consumers.get(consumerId)?.pause(),
  };
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  const methods = serve(socket);
  socket.on("message", async (text) => {
    const { id, method, data } = JSON.parse(text.toString()) as { id: number; method: string; data: Data };
    try {
      const answer = await methods[method]?.(data);
      socket.send(JSON.stringify({ id, ok: true, data: answer ?? {} }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      socket.send(JSON.stringify({ id, ok: false, error: { code: "internal", message } }));
    }
  });
});
server.on("listening", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(
    `${JSON.stringify({ url: `ws://127.0.0.1:${address.port}`, workerPid: worker.pid })}\n`,
  );
});
// Whoever started this is gone: so is the reason to run.
process.stdin.on("end", () => process.exit(0)).resume();
