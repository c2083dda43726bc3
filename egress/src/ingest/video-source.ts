import { layerForTile } from "@rostrum/rules";
import type { Frame } from "node-av/lib";
import { type VideoCodec, VideoDecoder } from "../av/index.ts";
import {
  ArrivalClock,
  type ArrivedPacket,
  type CodedFrame,
  FrameAssembler,
  h264,
  vp8,
} from "../rtp/index.ts";

const formats = { vp8, h264 } as const;
/** Decoded pictures waiting for their time; more than this means the clock stands still. */
const maxQueue = 12;
const keyframeEveryMs = 500;

export type VideoSourceOptions = {
  codec: VideoCodec;
  clockRate: number;
  /** From arrival to show, ms: longer than the receiver's hold. */
  playoutDelayMs: number;
  now: () => number;
  requestKeyframe: () => void;
  /** The simulcast layer that is enough, 0 small .. 2 full. */
  preferLayer: (layer: number) => void;
};

/** One camera or screen: packets in, the picture that is due out. Keeps its last picture whatever happens. */
export class VideoSource {
  readonly #options: VideoSourceOptions;
  readonly #decoder: VideoDecoder;
  readonly #assembler: FrameAssembler;
  readonly #clock: ArrivalClock;
  #queue: { frame: Frame; playAt: number }[] = [];
  #shown: { frame: Frame; playAt: number } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #layer: number | null = null;
  #closed = false;
  paused = false;
  decoded = 0;

  constructor(options: VideoSourceOptions) {
    this.#options = options;
    this.#decoder = new VideoDecoder(options.codec);
    this.#clock = new ArrivalClock(options.clockRate);
    this.#assembler = new FrameAssembler(
      formats[options.codec],
      (frame) => this.#decode(frame),
      () => this.#askKeyframe(),
    );
  }

  push(packet: ArrivedPacket, gap: boolean): void {
    if (!this.#closed) this.#assembler.push(packet, gap);
  }

  /** The newest picture whose time has come, still owned by the source; null before the first and after `freezeMs`. */
  pictureAt(now: number, freezeMs: number): Frame | null {
    for (;;) {
      const next = this.#queue[0];
      if (!next || next.playAt > now) break;
      this.#queue.shift();
      this.#shown?.frame.free();
      this.#shown = next;
    }
    if (!this.#shown || this.paused || now - this.#shown.playAt > freezeMs) return null;
    return this.#shown.frame;
  }

  /** How large it is drawn, in pixels; null when it is not. Decoding more than is shown costs and gives nothing. */
  shownAt(size: { width: number; height: number } | null): void {
    const layer = size ? layerForTile({ ...size, pixelRatio: 1, visible: true }) : null;
    const wanted = layer ?? 0;
    if (wanted === this.#layer) return;
    this.#layer = wanted;
    this.#options.preferLayer(wanted);
  }

  #decode(coded: CodedFrame): void {
    const { at } = this.#clock.map(coded.timestamp, coded.arrivedAt);
    const frames = this.#decoder.decode(coded.data);
    if (!frames) {
      this.#assembler.needKeyframe();
      return;
    }
    for (const frame of frames) {
      this.decoded += 1;
      this.#queue.push({ frame, playAt: at + this.#options.playoutDelayMs });
    }
    while (this.#queue.length > maxQueue) this.#queue.shift()?.frame.free();
  }

  #askKeyframe(): void {
    const now = this.#options.now();
    if (now - this.#askedAt < keyframeEveryMs) return;
    this.#askedAt = now;
    this.#options.requestKeyframe();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { frame } of this.#queue) frame.free();
    this.#queue = [];
    this.#shown?.frame.free();
    this.#shown = null;
    this.#decoder.close();
  }
}
