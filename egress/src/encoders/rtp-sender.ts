import { randomBytes, randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import type { Scope } from "@rostrum/platform";
import type { RtpEndpoint } from "@rostrum/protocol";
import {
  deriveSession,
  isRtcp,
  parseRtcp,
  protectRtcp,
  protectRtp,
  type SessionKey,
  srtpKeyBytes,
  unprotectRtcp,
  writeRtp,
  writeSenderReport,
} from "../rtp/index.ts";

export type StreamShape = { ssrc: number; payloadType: number; clockRate: number };

/** Sent packets kept for those who missed one: two seconds of 6 Mbit/s. */
const kept = 1200;
const reportMs = 1000;

class Stream {
  readonly shape: StreamShape;
  readonly sent = new Map<number, Buffer>();
  sequence = randomInt(0, 2 ** 15);
  rollOver = 0;
  packets = 0;
  octets = 0;
  last: { timestamp: number; mediaMs: number } | null = null;
  readonly #offset = randomInt(0, 2 ** 31);

  constructor(shape: StreamShape) {
    this.shape = shape;
  }

  timestampOf(mediaMs: number): number {
    return (this.#offset + Math.round((mediaMs * this.shape.clockRate) / 1000)) % 2 ** 32;
  }
}

type Options = {
  listenIp: string;
  scope: Scope;
  /** Wall time of a place on the media line, epoch ms: what sender reports say of both streams. */
  wallOf: (mediaMs: number) => number;
};

/**
 * Sends streams to an origin from one UDP port: RTP with SRTP (RFC 7714), a sender report a second for each stream, and
 * packets again that a NACK names (RFC 4585 §6.2.1). They go out as they went, so the receiver has each number once.
 */
export class RtpSender {
  readonly #socket: Socket;
  readonly #options: Options;
  readonly #streams = new Map<number, Stream>();
  readonly #keyBase64 = randomBytes(srtpKeyBytes).toString("base64");
  readonly #outgoing = deriveSession(this.#keyBase64);
  #incomingRtcp: SessionKey | null = null;
  #remote: { ip: string; port: number } | null = null;
  #rtcpIndex = 0;
  #closed = false;

  private constructor(socket: Socket, options: Options) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Binds a port chosen by the system. Closes with the scope. */
  static async open(options: Options): Promise<RtpSender> {
    const { listenIp, scope } = options;
    const socket = createSocket({ type: listenIp.includes(":") ? "udp6" : "udp4", sendBufferSize: 2 ** 20 });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, listenIp, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    const sender = new RtpSender(socket, options);
    socket.on("message", (bytes) => sender.#receive(bytes));
    // An origin that is gone: the socket to it says so, and another is looked for.
    socket.on("error", () => {});
    scope.every(reportMs, "sender reports", () => sender.#report());
    scope.add("rtp port", () => {
      sender.#closed = true;
      socket.close();
    });
    return sender;
  }

  get endpoint(): RtpEndpoint {
    return {
      ip: this.#options.listenIp,
      port: this.#socket.address().port,
      srtpParameters: { cryptoSuite: "AEAD_AES_256_GCM", keyBase64: this.#keyBase64 },
    };
  }

  /** The origin's end. @throws TypeError when it does not speak AEAD_AES_256_GCM */
  connect(remote: RtpEndpoint): void {
    if (remote.srtpParameters.cryptoSuite !== "AEAD_AES_256_GCM")
      throw new TypeError(`the origin offers ${remote.srtpParameters.cryptoSuite}, not AEAD_AES_256_GCM`);
    this.#incomingRtcp = deriveSession(remote.srtpParameters.keyBase64).rtcp;
    this.#remote = { ip: remote.ip, port: remote.port };
  }

  add(shape: StreamShape): void {
    this.#streams.set(shape.ssrc, new Stream(shape));
  }

  /** One picture or sound: its payloads, the last of which ends it. */
  send(ssrc: number, payloads: readonly Buffer[], mediaMs: number): void {
    const stream = this.#streams.get(ssrc);
    if (!stream || !this.#remote || this.#closed) return;
    const { payloadType } = stream.shape;
    const timestamp = stream.timestampOf(mediaMs);
    const opens = stream.last === null;
    stream.last = { timestamp, mediaMs };
    const video = stream.shape.clockRate === 90_000;
    for (const [at, payload] of payloads.entries()) {
      const { sequence } = stream;
      const marker = video ? at === payloads.length - 1 : opens;
      const packet = protectRtp(
        this.#outgoing.rtp,
        writeRtp({ payloadType, marker, sequence, timestamp, ssrc, payload }),
        stream.rollOver,
      );
      stream.sent.set(sequence, packet);
      stream.sent.delete((sequence - kept) & 0xffff);
      stream.sequence = (sequence + 1) & 0xffff;
      if (stream.sequence === 0) stream.rollOver += 1;
      stream.packets += 1;
      stream.octets += payload.length;
      this.#socket.send(packet, this.#remote.port, this.#remote.ip);
    }
    if (opens) this.#reportOf(stream);
  }

  /** Payload bytes sent so far, all streams. */
  get octets(): number {
    return [...this.#streams.values()].reduce((sum, { octets }) => sum + octets, 0);
  }

  #report(): void {
    for (const stream of this.#streams.values()) this.#reportOf(stream);
  }

  #reportOf({ last, shape, packets, octets }: Stream): void {
    if (!last || !this.#remote || this.#closed) return;
    const { ssrc } = shape;
    const wallMs = this.#options.wallOf(last.mediaMs);
    const report = writeSenderReport({ ssrc, wallMs, timestamp: last.timestamp, packets, octets });
    this.#rtcpIndex += 1;
    const sealed = protectRtcp(this.#outgoing.rtcp, report, this.#rtcpIndex);
    this.#socket.send(sealed, this.#remote.port, this.#remote.ip);
  }

  #receive(bytes: Buffer): void {
    const plain = this.#incomingRtcp && isRtcp(bytes) && unprotectRtcp(this.#incomingRtcp, bytes);
    for (const message of plain ? parseRtcp(plain) : []) {
      // Key frames cannot be asked of an RTMP encoder: they come when it makes them.
      const stream = message.kind === "nack" ? this.#streams.get(message.ssrc) : undefined;
      if (message.kind !== "nack" || !stream || !this.#remote) continue;
      for (const sequence of message.sequences) {
        const packet = stream.sent.get(sequence);
        if (packet && !this.#closed) this.#socket.send(packet, this.#remote.port, this.#remote.ip);
      }
    }
  }
}
