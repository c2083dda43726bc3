import { randomBytes, randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import type { Scope } from "@rostrum/platform";
import type { RtpEndpoint, SrtpParameters } from "@rostrum/protocol";
import {
  type ArrivedPacket,
  deriveSession,
  isRtcp,
  parseRtcp,
  parseRtp,
  protectRtcp,
  ReorderBuffer,
  type SessionKey,
  SrtpReceiver,
  srtpKeyBytes,
  unprotectRtcp,
  unwrapRtx,
  writeNack,
  writePli,
} from "../rtp/index.ts";

/** How a source looks on the wire. */
export type StreamShape = {
  ssrc: number;
  payloadType: number;
  rtx: { ssrc: number; payloadType: number } | null;
};

export type ReceiverOptions = {
  listenIp: string;
  /** Milliseconds a missing packet is waited for. */
  holdMs: number;
  now: () => number;
  scope: Scope;
};

/** What a source gets: packets in order (`gap`: some before this one are lost for good), and its sender's reports. */
export type StreamHandlers = {
  packet: (packet: ArrivedPacket, gap: boolean) => void;
  report: (ntpMs: number, rtpTimestamp: number) => void;
};

type Stream = { shape: StreamShape; buffer: ReorderBuffer; report: StreamHandlers["report"] };

const tickMs = 20;

/**
 * One UDP port that takes every source of a programme: SRTP off, sorted by SSRC, put in order, repaired by NACK. Bytes
 * that are not authentic are counted and dropped.
 */
export class Receiver {
  readonly #socket: Socket;
  readonly #options: ReceiverOptions;
  readonly #streams = new Map<number, Stream>();
  readonly #key = randomBytes(srtpKeyBytes).toString("base64");
  readonly #outgoing = deriveSession(this.#key).rtcp;
  readonly #ssrc = randomInt(1, 2 ** 32 - 1);
  #incoming: SrtpReceiver | null = null;
  #incomingRtcp: SessionKey | null = null;
  #remote: { ip: string; port: number } | null = null;
  #rtcpIndex = 0;
  #closed = false;
  /** Packets that could not be authenticated or belong to nobody. */
  refused = 0;

  private constructor(socket: Socket, options: ReceiverOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Binds a port chosen by the system. Closes with the scope. */
  static async open(options: ReceiverOptions): Promise<Receiver> {
    const socket = createSocket({
      type: options.listenIp.includes(":") ? "udp6" : "udp4",
      recvBufferSize: 4 * 2 ** 20,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, options.listenIp, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    const receiver = new Receiver(socket, options);
    socket.on("message", (bytes) => receiver.#receive(bytes));
    // Sending feedback to an origin that is gone: it will be asked again by the next feed.
    socket.on("error", () => {
      receiver.refused += 1;
    });
    let tickedAt = options.now();
    const tick = (): void => {
      tickedAt = options.now();
      for (const { buffer } of receiver.#streams.values()) buffer.tick(tickedAt);
    };
    options.scope.every(tickMs, "reorder", () => {
      // After a standstill what seems lost may be waiting in the socket: it is read first.
      if (options.now() - tickedAt > 2 * tickMs) setImmediate(tick);
      else tick();
    });
    options.scope.add("rtp port", () => receiver.#close());
    return receiver;
  }

  /** Where the origin sends to, and the key of what we send back. */
  get endpoint(): RtpEndpoint {
    const srtpParameters: SrtpParameters = { cryptoSuite: "AEAD_AES_256_GCM", keyBase64: this.#key };
    return { ip: this.#options.listenIp, port: this.#socket.address().port, srtpParameters };
  }

  /** The origin's end. @throws TypeError when it does not speak AEAD_AES_256_GCM */
  connect(remote: RtpEndpoint): void {
    if (remote.srtpParameters.cryptoSuite !== "AEAD_AES_256_GCM")
      throw new TypeError(`the origin offers ${remote.srtpParameters.cryptoSuite}, not AEAD_AES_256_GCM`);
    const session = deriveSession(remote.srtpParameters.keyBase64);
    this.#incoming = new SrtpReceiver(session.rtp);
    this.#incomingRtcp = session.rtcp;
    this.#remote = { ip: remote.ip, port: remote.port };
  }

  /** Takes a source's packets from now on. @returns stops taking them */
  register(shape: StreamShape, handlers: StreamHandlers): () => void {
    const buffer = new ReorderBuffer({
      holdMs: this.#options.holdMs,
      deliver: handlers.packet,
      nack: (sequences) => this.#send(writeNack({ sender: this.#ssrc, media: shape.ssrc }, sequences)),
    });
    const stream = { shape, buffer, report: handlers.report };
    const ssrcs = shape.rtx ? [shape.ssrc, shape.rtx.ssrc] : [shape.ssrc];
    for (const ssrc of ssrcs) this.#streams.set(ssrc, stream);
    return () => {
      for (const ssrc of ssrcs) {
        this.#streams.delete(ssrc);
        this.#incoming?.forget(ssrc);
      }
    };
  }

  /** Asks a source for a key frame. */
  requestKeyframe(ssrc: number): void {
    this.#send(writePli({ sender: this.#ssrc, media: ssrc }));
  }

  #receive(bytes: Buffer): void {
    if (!this.#incoming) return;
    if (isRtcp(bytes)) {
      this.#receiveRtcp(bytes);
      return;
    }
    const plain = this.#incoming.unprotect(bytes);
    const packet = plain && parseRtp(plain);
    const stream = packet && this.#streams.get(packet.ssrc);
    if (!packet || !stream) {
      this.refused += 1;
      return;
    }
    const { shape, buffer } = stream;
    const original = packet.ssrc === shape.ssrc ? packet : unwrapRtx(packet, shape);
    if (original?.payloadType === shape.payloadType && original.payload.length > 0)
      buffer.push({ ...original, arrivedAt: this.#options.now() });
  }

  #receiveRtcp(bytes: Buffer): void {
    const plain = this.#incomingRtcp && unprotectRtcp(this.#incomingRtcp, bytes);
    for (const message of plain ? parseRtcp(plain) : [])
      if (message.kind === "sender-report")
        this.#streams.get(message.ssrc)?.report(message.ntpMs, message.rtpTimestamp);
  }

  #send(rtcp: Buffer): void {
    if (!this.#remote || this.#closed) return;
    this.#rtcpIndex += 1;
    this.#socket.send(protectRtcp(this.#outgoing, rtcp, this.#rtcpIndex), this.#remote.port, this.#remote.ip);
  }

  #close(): void {
    this.#closed = true;
    this.#socket.close();
    this.#streams.clear();
  }
}
