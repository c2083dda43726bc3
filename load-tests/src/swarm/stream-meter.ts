import { FirstDecodable, type VideoCodec } from "./key-frame.ts";
import type { RtpHeader } from "./rtp.ts";
import { SequenceCounter } from "./sequence-counter.ts";

/** Told of distances between packets and between frames, ms. */
export type GapSink = {
  onPacketGap: (kind: "audio" | "video", ms: number) => void;
  onFrameGap: (ms: number) => void;
};

/** Counts one SSRC: what came, what never came, when the first frame could be decoded, and the silences between. */
export class StreamMeter {
  readonly kind: "audio" | "video";
  readonly sequence = new SequenceCounter();
  readonly #first: FirstDecodable | undefined;
  readonly #gaps: GapSink;
  bytes = 0;
  frames = 0;
  firstPacketAt: number | undefined;
  firstDecodableAt: number | undefined;
  lastPacketAt = 0;
  #frameTimestamp = -1;
  #frameAt = 0;
  #restarted = true;
  /** Largest silences since the last `startWindow`, ms. */
  maxPacketGap = 0;
  maxFrameGap = 0;

  constructor(kind: "audio" | "video", codec: VideoCodec | undefined, gaps: GapSink) {
    this.kind = kind;
    this.#gaps = gaps;
    this.#first = codec === undefined ? undefined : new FirstDecodable(codec);
  }

  /** Whether it needs to see payloads still. */
  get looksForKeyFrame(): boolean {
    return this.firstDecodableAt === undefined;
  }

  /** `payload` while a key frame is looked for, `payloadBytes` always; `now` in ms of any one clock. */
  push(packet: RtpHeader, payloadBytes: number, payload: Buffer | undefined, now: number): void {
    this.bytes += payloadBytes;
    const order = this.sequence.push(packet.sequence);
    if (order === "late" || order === "duplicate") return;
    if (this.firstPacketAt === undefined) this.firstPacketAt = now;
    else if (!this.#restarted) {
      const gap = now - this.lastPacketAt;
      if (gap > this.maxPacketGap) this.maxPacketGap = gap;
      this.#gaps.onPacketGap(this.kind, gap);
    }
    this.lastPacketAt = now;
    if (packet.timestamp !== this.#frameTimestamp) this.#beginFrame(packet.timestamp, now);
    this.#restarted = false;
    if (payload && this.looksForKeyFrame) this.#lookForKeyFrame(packet, payload, now);
  }

  #beginFrame(timestamp: number, now: number): void {
    this.#frameTimestamp = timestamp;
    this.frames++;
    if (!this.#restarted && this.kind === "video") {
      const gap = now - this.#frameAt;
      if (gap > this.maxFrameGap) this.maxFrameGap = gap;
      this.#gaps.onFrameGap(gap);
    }
    this.#frameAt = now;
  }

  #lookForKeyFrame(packet: RtpHeader, payload: Buffer, now: number): void {
    // Every packet of audio can be decoded.
    const whole = this.#first === undefined || this.#first.push({ ...packet, payload });
    if (whole) this.firstDecodableAt = now;
  }

  startWindow(): void {
    this.maxPacketGap = 0;
    this.maxFrameGap = 0;
  }

  /** The next packet follows a pause that was asked for: the silence before it is no gap. */
  expectRestart(): void {
    this.#restarted = true;
  }
}
