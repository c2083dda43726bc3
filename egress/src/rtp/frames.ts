import type { ArrivedPacket } from "./reorder.ts";

/** A whole coded picture, ready for a decoder. */
export type CodedFrame = {
  data: Buffer;
  keyframe: boolean;
  /** RTP timestamp, 32 bits. */
  timestamp: number;
  /** When its first packet arrived, ms. */
  arrivedAt: number;
};

/** What a payload format knows: how a packet contributes to a picture. */
export type PayloadFormat = {
  /** Bytes this packet adds to the picture, or undefined when it cannot be read. */
  parse(
    payload: Buffer,
  ): { parts: Buffer[]; startsFrame: boolean; keyframe: boolean; startsLayer?: boolean } | undefined;
  /** Makes one coded picture of its layers, lowest first; without, they are written one after the other. */
  join?: (layers: readonly Buffer[]) => Buffer;
};

/**
 * Collects packets into pictures. After a loss nothing is given out until a key frame: half a picture would smear over
 * everything that follows. A gap right before a key frame is what an SFU leaves at a simulcast switch, and costs nothing.
 */
export class FrameAssembler {
  readonly #format: PayloadFormat;
  readonly #onFrame: (frame: CodedFrame) => void;
  readonly #onKeyframeNeeded: () => void;
  #parts: Buffer[] = [];
  /** Layers of this picture before the one whose parts are collected. */
  #layers: Buffer[] = [];
  #timestamp = 0;
  #arrivedAt = 0;
  #keyframe = false;
  #whole = false;
  #waitingForKey = true;

  constructor(format: PayloadFormat, onFrame: (frame: CodedFrame) => void, onKeyframeNeeded: () => void) {
    this.#format = format;
    this.#onFrame = onFrame;
    this.#onKeyframeNeeded = onKeyframeNeeded;
  }

  push(packet: ArrivedPacket, gap: boolean): void {
    if (gap) this.#breakOff();
    if (this.#parts.length > 0 && packet.timestamp !== this.#timestamp) this.#finish();
    const parsed = this.#format.parse(packet.payload);
    if (!parsed) {
      this.#breakOff();
      return;
    }
    if (this.#parts.length === 0) {
      this.#timestamp = packet.timestamp;
      this.#arrivedAt = packet.arrivedAt;
      this.#keyframe = false;
      this.#whole = parsed.startsFrame && !(gap && !parsed.keyframe);
    }
    this.#keyframe ||= parsed.keyframe;
    if (parsed.startsLayer && this.#parts.length > 0) this.#layers.push(this.#takeParts());
    this.#parts.push(...parsed.parts);
    if (packet.marker) this.#finish();
  }

  /** The decoder lost its reference: wait for a key frame. */
  needKeyframe(): void {
    this.#waitingForKey = true;
    this.#onKeyframeNeeded();
  }

  #breakOff(): void {
    this.#parts = [];
    this.#layers = [];
    this.#whole = false;
    this.#waitingForKey = true;
  }

  #takeParts(): Buffer {
    const data = Buffer.concat(this.#parts);
    this.#parts = [];
    return data;
  }

  #finish(): void {
    const layers = [...this.#layers, this.#takeParts()];
    this.#layers = [];
    const data = this.#format.join?.(layers) ?? Buffer.concat(layers);
    if (!this.#whole || data.length === 0) {
      this.needKeyframe();
      return;
    }
    if (this.#waitingForKey && !this.#keyframe) {
      this.#onKeyframeNeeded();
      return;
    }
    this.#waitingForKey = false;
    this.#onFrame({
      data,
      keyframe: this.#keyframe,
      timestamp: this.#timestamp,
      arrivedAt: this.#arrivedAt,
    });
  }
}
