import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { types } from "mediasoup";

const payloadType = 111;
const ssrc = 4711;
const everyMs = 20;

/** Sends Opus-shaped RTP into a router, 50 packets a second, until stopped. */
export async function sendAudio(
  router: types.Router,
): Promise<{ producer: types.Producer; sent: () => number; stop: () => void }> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: "udp", ip: "127.0.0.1" },
    comedia: true,
    rtcpMux: true,
  });
  const producer = await transport.produce({
    kind: "audio",
    rtpParameters: {
      codecs: [{ mimeType: "audio/opus", payloadType, clockRate: 48000, channels: 2 }],
      encodings: [{ ssrc }],
    },
  });
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let sequence = 0;
  const timer = setInterval(() => {
    const packet = Buffer.alloc(12 + 40, 1);
    packet[0] = 0x80;
    packet[1] = payloadType;
    packet.writeUInt16BE(sequence & 0xffff, 2);
    packet.writeUInt32BE((sequence * 960) >>> 0, 4);
    packet.writeUInt32BE(ssrc, 8);
    sequence++;
    socket.send(packet, transport.tuple.localPort, "127.0.0.1");
  }, everyMs);
  return {
    producer,
    sent: () => sequence,
    stop: () => {
      clearInterval(timer);
      socket.close();
      transport.close();
    },
  };
}

/** Counts what comes out of a router for a producer. */
export async function countPackets(
  router: types.Router,
  producerId: string,
): Promise<{ received: () => number; close: () => void }> {
  const transport = await router.createDirectTransport();
  const consumer = await transport.consume({ producerId, rtpCapabilities: router.rtpCapabilities });
  let received = 0;
  consumer.on("rtp", () => {
    received++;
  });
  return { received: () => received, close: () => transport.close() };
}
