import {
  type Admission,
  mediaEvents,
  protocolVersion,
  type ReceiveOffer,
  receiveMethods,
} from "@rostrum/protocol";
import { type Codec, receiverCapabilities } from "./codecs.ts";
import type { VideoCodec } from "./key-frame.ts";
import { dtlsParameters, MediaPeer } from "./peer.ts";
import type { RtpHeader } from "./rtp.ts";
import { Signal } from "./signal.ts";
import { type GapSink, StreamMeter } from "./stream-meter.ts";

/** Moments of one join, ms of the process's clock. */
export type JoinTimes = {
  startedAt: number;
  admittedAt?: number;
  greetedAt?: number;
  connectedAt?: number;
  offeredAt?: number;
};

type Entered = { signal: Signal; offered: ReceiveOffer | undefined };
/** What greets and what seats somebody may say it. */
type Offering = { media?: ReceiveOffer };
type Opened = ReturnType<(typeof mediaEvents)["consumer.opened"]["parse"]>;
type Consumer = { consumerId: string; ssrc: number; meter: StreamMeter };
type Encoding = { ssrc?: number; rtx?: { ssrc: number }; scalabilityMode?: string };

/** Ask for admission again; `servedBy`: the edge the receiver is on. */
type Readmit = (servedBy: string) => Promise<Admission>;

/**
 * One attendee: a socket to the edge, and real ICE, DTLS and SRTP for everything the edge offers. Nothing is decoded;
 * each stream is counted by its SSRC.
 */
export class Receiver {
  readonly times: JoinTimes;
  readonly #consumers = new Map<string, Consumer>();
  readonly #meters = new Map<number, StreamMeter>();
  readonly #retransmissionSsrcs = new Set<number>();
  readonly #options: { gaps: GapSink; onEnd: (reason: string) => void };
  #signal: Signal | undefined;
  #peer: MediaPeer | undefined;
  #onSeatOffered: (() => void) | undefined;
  /** Their seat was taken back: what they receive ends, and they do not. */
  #stood = false;
  edge = "";
  /** Packets of retransmission streams, and of streams that were never announced: neither counts as media. */
  retransmissions = 0;
  unannounced = 0;
  ended: string | undefined;

  constructor(startedAt: number, options: { gaps: GapSink; onEnd: (reason: string) => void }) {
    this.times = { startedAt };
    this.#options = options;
  }

  get meters(): Iterable<StreamMeter> {
    return this.#meters.values();
  }

  /** Resolves when ICE and DTLS are through and every request was granted. */
  async join(edge: Admission["edge"]): Promise<void> {
    this.times.admittedAt = performance.now();
    await this.#receive(await this.#enter(edge, true));
  }

  /**
   * Be in the room without media, as somebody who waits for a seat: when one is offered, `readmit` asks for admission
   * again and media starts on this socket, or on one to the edge that has room.
   */
  async waitForSeat(edge: Admission["edge"], readmit: Readmit): Promise<void> {
    this.times.admittedAt = performance.now();
    this.#onSeatOffered = () => {
      this.#onSeatOffered = undefined;
      this.#takeSeat(readmit).catch((error: unknown) =>
        this.#end(`seat: ${error instanceof Error ? error.message : String(error)}`),
      );
    };
    await this.#enter(edge, false);
  }

  async #takeSeat(readmit: Readmit): Promise<void> {
    this.times.offeredAt = performance.now();
    const admission = await readmit(this.edge);
    if (admission.delivery !== "webrtc") throw new Error("the seat that was offered is gone");
    const here = admission.edge.nodeId === this.edge ? this.#signal : undefined;
    if (!here) {
      this.#leaveEdge();
      return this.#receive(await this.#enter(admission.edge, true));
    }
    const taken = await here.request("seat.take", { token: admission.edge.token });
    await this.#receive({ signal: here, offered: (taken as Offering).media });
  }

  /** The socket to this edge ends; the receiver goes on, on another. */
  #leaveEdge(): void {
    const signal = this.#signal;
    this.#signal = undefined;
    signal?.close();
  }

  /** `receive`: ask for what media needs with the greeting. */
  async #enter(edge: Admission["edge"], receive: boolean): Promise<Entered> {
    const signal = await Signal.open(edge.url, 15_000);
    this.edge = edge.nodeId;
    this.#signal = signal;
    signal.onClose = (code, reason) => {
      if (signal === this.#signal) this.#end(`socket ${code} ${reason}`.trim());
    };
    signal.onEvent = (event, data) => this.#hear(event, data);
    const hello = await signal.request("hello", { version: protocolVersion, token: edge.token, receive });
    this.times.greetedAt = performance.now();
    return { signal, offered: (hello as Offering).media };
  }

  /** Learn what there is, say who connects, connect. */
  async #receive({ signal, offered }: Entered): Promise<void> {
    const { routerRtpCapabilities, transport } = offered ?? (await askForOffer(signal));
    const rtpCapabilities = receiverCapabilities(routerRtpCapabilities);
    const peer = new MediaPeer(transport, {
      reads: (ssrc) => this.#meters.get(ssrc)?.looksForKeyFrame ?? true,
      onPacket: (packet, payloadBytes, payload) => this.#count(packet, payloadBytes, payload),
      onEnd: (reason) => this.#lose(reason),
    });
    this.#peer = peer;
    this.#stood = false;
    if (this.ended !== undefined) return peer.close();
    const transportId = transport.id;
    // The node drops a handshake that comes before it knows with whom.
    await Promise.all([
      signal.request("receive.start", { transportId, rtpCapabilities }),
      signal.request("transport.connect", { transportId, dtlsParameters }),
    ]);
    await peer.connect();
    this.times.connectedAt = performance.now();
  }

  #hear(event: string, data: unknown): void {
    if (event === "consumer.opened") this.#open(mediaEvents["consumer.opened"].parse(data));
    else if (event === "room.event") this.#onSeatOffered?.();
    else if (event === "consumer.closed") this.#drop((data as { consumerId: string }).consumerId);
    else if (event === "transport.closed") this.#lose(`transport ${(data as { reason: string }).reason}`);
    else if (event === "seat.lost") void this.#stand((data as { reason: string }).reason);
  }

  /** As a browser whose broadcast plays: out of the seat, and on in the room. */
  async #stand(reason: string): Promise<void> {
    this.#stood = true;
    await this.#ask("seat.leave", { reason });
    for (const { consumerId } of [...this.#consumers.values()]) this.#drop(consumerId);
    this.#peer?.close();
    this.#peer = undefined;
  }

  #lose(reason: string): void {
    if (!this.#stood) this.#end(reason);
  }

  #open({ consumerId, producer, rtpParameters, flows }: Opened): void {
    const [encoding] = rtpParameters.encodings as Encoding[];
    const [codec] = rtpParameters.codecs as Codec[];
    if (encoding?.ssrc === undefined || !codec) return;
    const kind = producer.kind;
    const meter = new StreamMeter(kind, videoCodecOf(codec), this.#options.gaps);
    const rtxSsrc = encoding.rtx?.ssrc;
    this.#consumers.set(consumerId, { consumerId, ssrc: encoding.ssrc, meter });
    this.#meters.set(encoding.ssrc, meter);
    if (rtxSsrc !== undefined) this.#retransmissionSsrcs.add(rtxSsrc);
    const layered = /^[LS]([2-9])/.test(encoding.scalabilityMode ?? "");
    if (layered) void this.#ask("consumer.layers", { consumerId, spatialLayer: 0 });
    if (!flows) void this.#ask("consumer.resume", { consumerId });
  }

  #drop(consumerId: string): void {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) return;
    this.#consumers.delete(consumerId);
    this.#meters.delete(consumer.ssrc);
  }

  /** A consumer that closed meanwhile is no fault; a socket that closed ends the receiver by itself. */
  #ask(method: string, data: unknown): Promise<unknown> {
    return this.#signal?.request(method, data).catch(() => undefined) ?? Promise.resolve();
  }

  #count(packet: RtpHeader, payloadBytes: number, payload: Buffer | undefined): void {
    const meter = this.#meters.get(packet.ssrc);
    if (meter) meter.push(packet, payloadBytes, payload, performance.now());
    else if (this.#retransmissionSsrcs.has(packet.ssrc)) this.retransmissions++;
    else this.unannounced++;
  }

  /** Pause or resume everything, as a hidden page would. */
  async setPaused(paused: boolean): Promise<void> {
    const method = paused ? "consumer.pause" : "consumer.resume";
    const asked = [...this.#consumers.values()].map(({ consumerId, meter }) => {
      meter.expectRestart();
      return this.#ask(method, { consumerId });
    });
    await Promise.all(asked);
  }

  #end(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.#peer?.close();
    this.#signal?.close();
    this.#options.onEnd(reason);
  }

  leave(): void {
    this.#end("left");
  }
}

/** What a node that does not offer it unasked is asked for. */
async function askForOffer(signal: Signal): Promise<ReceiveOffer> {
  const [capabilities, transport] = await Promise.all([
    signal.request("media.capabilities", {}),
    signal.request("transport.create", { direction: "receive" }),
  ]);
  const { routerRtpCapabilities } = receiveMethods["media.capabilities"].response.parse(capabilities);
  return { routerRtpCapabilities, transport: receiveMethods["transport.create"].response.parse(transport) };
}

function videoCodecOf(codec: Codec): VideoCodec | undefined {
  if (/^video\/h264$/i.test(codec.mimeType)) return "h264";
  return /^video\/vp8$/i.test(codec.mimeType) ? "vp8" : undefined;
}
