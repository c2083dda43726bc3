import type { Frame } from "node-av/lib";
import {
  audioRate,
  type FilePacket,
  FileReader,
  OpusDecoder,
  type StereoSamples,
  VideoDecoder,
} from "../av/index.ts";
import { AudioTrack } from "../mix/index.ts";
import type { PictureSource } from "../programme/index.ts";

/** So far is read ahead of the clock, ms: less than the sound's ring holds. */
const aheadMs = 500;

/**
 * One separate track of a finished recording, played by a clock that is given: what a person's sources are to the live
 * programme. Times are ms on the recording's time line.
 */
export class TrackPlayer implements PictureSource {
  readonly #reader: FileReader;
  readonly #offsetMs: number;
  readonly #endMs: number;
  readonly #sound = new AudioTrack();
  #video: VideoDecoder | null = null;
  #audio: OpusDecoder | null = null;
  #queue: FilePacket[] = [];
  #next: FilePacket | null;
  #shown: { frame: Frame; at: number } | null = null;
  /** Loudness of the newest sound, dBov. */
  level = -127;
  keyframesOnly = false;

  constructor(path: string, { offsetMs, durationMs }: { offsetMs: number; durationMs: number }) {
    this.#reader = new FileReader(path);
    this.#offsetMs = offsetMs;
    this.#endMs = offsetMs + durationMs;
    this.#next = this.#reader.read();
  }

  get ended(): boolean {
    return this.#next === null && this.#queue.length === 0;
  }

  isOver(now: number): boolean {
    return now > this.#endMs;
  }

  /** Reads what is due soon; to be called before each tick. */
  feed(now: number): void {
    this.level = Math.max(-127, this.level - 2);
    for (; this.#next && this.#next.ms + this.#offsetMs <= now + aheadMs; this.#next = this.#reader.read()) {
      const packet = this.#next;
      if (packet.kind === "opus") this.#hear(packet);
      else this.#queue.push(packet);
    }
  }

  #hear({ ms, data }: FilePacket): void {
    this.#audio ??= new OpusDecoder();
    const samples = this.#audio.decode(data);
    if (!samples) return;
    this.level = dBovOf(samples);
    const at = Math.round(((ms + this.#offsetMs) * audioRate) / 1000);
    if (at >= 0) this.#sound.write(Math.round((ms * audioRate) / 1000), at, samples);
  }

  advance(now: number): void {
    for (let packet = this.#queue[0]; packet && packet.ms + this.#offsetMs <= now; packet = this.#queue[0]) {
      this.#queue.shift();
      if (packet.kind === "opus") continue;
      this.#video ??= new VideoDecoder(packet.kind);
      const frame = this.#video.decode(packet.data);
      if (frame) this.#shown = { frame, at: packet.ms + this.#offsetMs };
    }
  }

  pictureAt(now: number, freezeMs: number): Frame | null {
    this.advance(now);
    return this.#shown && now - this.#shown.at <= freezeMs ? this.#shown.frame : null;
  }

  shownAt(): void {
    // A file has one size.
  }

  mixInto(into: StereoSamples, start: number): void {
    this.#sound.mixInto(into, start);
  }

  close(): void {
    this.#shown = null;
    this.#video?.close();
    this.#audio?.close();
    this.#reader.close();
  }
}

function dBovOf({ left }: StereoSamples): number {
  let sum = 0;
  for (const sample of left) sum += sample * sample;
  return sum === 0 ? -127 : 10 * Math.log10(sum / left.length);
}
