import { randomUUID } from "node:crypto";
import { protocolVersion, publishMethods, TransportOptions } from "@rostrum/protocol";
import nodeDataChannel, { type PeerConnection, type Track } from "node-datachannel";
import type { RawSocket } from "../wire/api.ts";
import { audioLevelExtensionId } from "./audio-level.ts";
import { streams } from "./rtp-source.ts";

const cname = randomUUID().slice(0, 8);

async function ask(socket: RawSocket, method: string, data: unknown): Promise<unknown> {
  const answer = await socket.request(method, data);
  if (!answer || !("ok" in answer)) throw new Error(`${method}: no answer`);
  if (!answer.ok) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
  return answer.data;
}

/** The origin's side of the transport, as the SDP answer that libdatachannel wants. */
function answerSdp(options: TransportOptions): string {
  const ice = options.iceParameters as { usernameFragment: string; password: string };
  const { fingerprints } = options.dtlsParameters as { fingerprints: { algorithm: string; value: string }[] };
  const fingerprint = fingerprints.find(({ algorithm }) => algorithm === "sha-256");
  const candidates = (
    options.iceCandidates as {
      foundation: string;
      priority: number;
      address: string;
      port: number;
      protocol: string;
    }[]
  )
    .filter(({ protocol }) => protocol === "udp")
    .map(
      ({ foundation, priority, address, port }) =>
        `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`,
    );
  const section = (media: string, mid: string, payloadType: number, codec: string) => [
    `m=${media} 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    "a=recvonly",
    "a=rtcp-mux",
    `a=rtpmap:${payloadType} ${codec}`,
    `a=ice-ufrag:${ice.usernameFragment}`,
    `a=ice-pwd:${ice.password}`,
    "a=setup:passive",
    ...candidates,
    "a=end-of-candidates",
  ];
  return [
    "v=0",
    "o=origin 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=ice-lite",
    "a=group:BUNDLE video audio",
    `a=fingerprint:sha-256 ${fingerprint?.value}`,
    ...section("video", "video", streams.video.payloadType, "H264/90000"),
    ...section("audio", "audio", streams.audio.payloadType, "opus/48000/2"),
    "",
  ].join("\r\n");
}

const videoParameters = {
  mid: "video",
  codecs: [
    {
      mimeType: "video/H264",
      payloadType: streams.video.payloadType,
      clockRate: 90000,
      parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
      rtcpFeedback: [{ type: "nack", parameter: "pli" }],
    },
  ],
  encodings: [{ ssrc: streams.video.ssrc }],
  rtcp: { cname },
};
const audioParameters = {
  mid: "audio",
  codecs: [
    {
      mimeType: "audio/opus",
      payloadType: streams.audio.payloadType,
      clockRate: 48000,
      channels: 2,
      parameters: {},
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [
    {
      uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
      id: audioLevelExtensionId,
      encrypt: false,
      parameters: {},
    },
  ],
  encodings: [{ ssrc: streams.audio.ssrc }],
  rtcp: { cname },
};

const askEveryMs = 500;
const silentAfterMs = 2000;

/** Resolves once the origin has not answered for two seconds: a frozen one keeps its sockets open. */
async function silence(socket: RawSocket): Promise<string> {
  for (let answeredAt = performance.now(); socket.closed === undefined; ) {
    const asked = socket.request("ping", {}).then((answer) => {
      if (answer) answeredAt = performance.now();
    });
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, silentAfterMs))]);
    if (performance.now() - answeredAt >= silentAfterMs) return "the origin is silent";
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  return "socket closed";
}

export type Publication = {
  video: Track;
  audio: Track;
  /** The origin goes away: publish at another one, then close this. */
  moving: Promise<"moving">;
  ended: Promise<string>;
  close: () => void;
};

/** Publish two tracks over real ICE, DTLS and SRTP. Resolves when RTP may be written to them. */
export async function publish(socket: RawSocket, token: string): Promise<Publication> {
  await ask(socket, "hello", { version: protocolVersion, token });
  const options = TransportOptions.parse(await ask(socket, "transport.create", { direction: "send" }));
  const peer = new nodeDataChannel.PeerConnection("panelist", { iceServers: [] });
  const video = new nodeDataChannel.Video("video", "SendOnly");
  video.addH264Codec(streams.video.payloadType);
  video.addSSRC(streams.video.ssrc, cname);
  const audio = new nodeDataChannel.Audio("audio", "SendOnly");
  audio.addOpusCodec(streams.audio.payloadType);
  audio.addSSRC(streams.audio.ssrc, cname);
  const tracks = { video: peer.addTrack(video), audio: peer.addTrack(audio) };
  try {
    await negotiate(peer, socket, options);
    for (const [kind, source, rtpParameters] of [
      ["video", "camera", videoParameters],
      ["audio", "microphone", audioParameters],
    ] as const) {
      publishMethods["producer.open"].response.parse(
        await ask(socket, "producer.open", { transportId: options.id, kind, source, rtpParameters }),
      );
    }
  } catch (error) {
    peer.close();
    throw error;
  }
  const moving = new Promise<"moving">((resolve) => socket.onEvent("stage.moving", () => resolve("moving")));
  const ended = new Promise<string>((resolve) => {
    peer.onStateChange((state) => {
      if (state === "failed" || state === "closed" || state === "disconnected")
        resolve(`peer connection ${state}`);
    });
    socket.onClose((code) => resolve(`socket closed ${code}`));
    void silence(socket).then((reason) => {
      if (socket.closed === undefined) resolve(reason);
    });
  });
  const close = (): void => {
    peer.close();
    socket.close();
  };
  return { ...tracks, moving, ended, close };
}

async function negotiate(peer: PeerConnection, socket: RawSocket, options: TransportOptions): Promise<void> {
  const offer = await new Promise<string>((resolve) => {
    peer.onLocalDescription((sdp) => resolve(sdp));
    peer.setLocalDescription("offer" as never);
  });
  const value = /a=fingerprint:sha-256 ([0-9A-F:]+)/i.exec(offer)?.[1];
  if (!value) throw new Error("the offer has no SHA-256 fingerprint");
  await ask(socket, "transport.connect", {
    transportId: options.id,
    dtlsParameters: { role: "client", fingerprints: [{ algorithm: "sha-256", value }] },
  });
  const connected = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no ICE and DTLS connection within 10 s")), 10_000);
    peer.onStateChange((state) => {
      if (state !== "connected") return;
      clearTimeout(timer);
      resolve();
    });
  });
  peer.setRemoteDescription(answerSdp(options), "answer" as never);
  await connected;
}
