import { layerForTile } from "@rostrum/rules";
import type { Frame } from "node-av/lib";
import { type VideoCodec, VideoDecoder } from "../av/index.ts";
import {
  ArrivalClock,
  type ArrivedPacket,
  type CodedFrame,
  FrameAssembler,
  h264,
  type SyncGroup,
  vp8,
  vp9,
} from "../rtp/index.ts";

const formats = { vp8, vp9, h264 } as const;
/** Coded pictures waiting for their time; more than this means that nobody draws. */
const maxQueue = 90;
/** So many pictures overdue at once: the newest key frame among them is as good, and costs one. */
const behind = 8;
const keyframeEveryMs = 500;
/** While only key frames are decoded: a picture at least this often, ms. */
const sparseEveryMs = 2000;

export type VideoSourceOptions = {
  codec: VideoCodec;
  clockRate: number;
  /** From arrival to show, ms: longer than the receiver's hold. */
  playoutDelayMs: number;
  /** Streams it is in step with. */
  group: SyncGroup;
  now: () => number;
  requestKeyframe: () => void;
  /** The spatial layer that is enough, 0 small .. 2 full. */
  preferLayer: (layer: number) => void;
  /** Every whole picture as it was sent: its sender's time, and when it is to be seen, monotonic ms. */
  onCoded?: (coded: CodedFrame, time: { senderMs: number; playAt: number }) => void;
};

/**
 * One camera or screen: packets in, the picture that is due out. Keeps its last picture whatever happens. Coded pictures
 * are decoded when the clock asks for them, not when they arrive: a process short of time then reads all that has arrived
 * before it decodes any of it, and sound is not late because of pictures.
 */
export class VideoSource {
  readonly #options: VideoSourceOptions;
  readonly #decoder: VideoDecoder;
  readonly #assembler: FrameAssembler;
  readonly clock: ArrivalClock;
  #queue: { coded: CodedFrame; playAt: number }[] = [];
  #shown: { frame: Frame; playAt: number } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #layer: number | null = null;
  #closed = false;
  paused = false;
  decoded = 0;
  /** Nothing else is decoded: there is not the time for it. */
  keyframesOnly = false;
  /** Pictures were left out: what follows refers to what is not there. */
  #broken = false;

  constructor(options: VideoSourceOptions) {
    this.#options = options;
    this.#decoder = new VideoDecoder(options.codec);
    this.clock = new ArrivalClock(options.clockRate, options.group);
    this.#assembler = new FrameAssembler(
      formats[options.codec],
      (frame) => this.#keep(frame),
      () => this.#askKeyframe(),
    );
  }

  push(packet: ArrivedPacket, gap: boolean): void {
    if (!this.#closed) this.#assembler.push(packet, gap);
  }

  /** Decodes what is due. To be called at every tick that draws, whether this source is seen or not. */
  advance(now: number): void {
    let due = 0;
    let key = 0;
    for (const { coded, playAt } of this.#queue) {
      if (playAt > now) break;
      if (coded.keyframe) key = due;
      due += 1;
    }
    const from = due > behind ? key : 0;
    for (const { coded, playAt } of this.#queue.splice(0, due).slice(from)) this.#decode(coded, playAt);
  }

  /** The newest picture whose time has come, still owned by the source; null before the first and after `freezeMs`. */
  pictureAt(now: number, freezeMs: number): Frame | null {
    this.advance(now);
    if (!this.#shown || this.paused || now - this.#shown.playAt > freezeMs) return null;
    return this.#shown.frame;
  }

  /**
   * How large it is drawn, in pixels; null when it is not. Decoding more than is shown costs and gives nothing.
   *
   * @param maxLayer no higher one is asked for
   */
  shownAt(size: { width: number; height: number } | null, maxLayer: number): void {
    const layer = size ? layerForTile({ ...size, pixelRatio: 1, visible: true }) : null;
    const wanted = Math.min(layer ?? 0, maxLayer);
    if (wanted === this.#layer) return;
    this.#layer = wanted;
    this.#options.preferLayer(wanted);
  }

  #keep(coded: CodedFrame): void {
    const { ticks, at } = this.clock.map(coded.timestamp, coded.arrivedAt);
    const { clockRate, playoutDelayMs } = this.#options;
    this.#options.onCoded?.(coded, { senderMs: (ticks * 1000) / clockRate, playAt: at + playoutDelayMs });
    if (coded.keyframe) this.#broken = false;
    else if (this.keyframesOnly || this.#broken) {
      this.#broken = true;
      this.#askKeyframe(this.keyframesOnly ? sparseEveryMs : keyframeEveryMs);
      return;
    }
    this.#queue.push({ coded, playAt: at + this.#options.playoutDelayMs });
    if (this.#queue.length <= maxQueue) return;
    this.#queue = [];
    this.#broken = true;
  }

  #decode(coded: CodedFrame, playAt: number): void {
    const frame = this.#decoder.decode(coded.data);
    if (frame === undefined) this.#assembler.needKeyframe();
    if (!frame) return;
    this.decoded += 1;
    this.#shown = { frame, playAt };
  }

  #askKeyframe(everyMs = keyframeEveryMs): void {
    const now = this.#options.now();
    if (now - this.#askedAt < everyMs) return;
    this.#askedAt = now;
    this.#options.requestKeyframe();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#shown = null;
    this.clock.close();
    this.#decoder.close();
  }
}
