import { audioFrameSamples, audioRate, type EncodedAudio, type EncodedVideo } from "../av/index.ts";
import { toLengthPrefixed } from "./annexb.ts";
import { audioTimescale, fragment, type Sample, videoTimescale } from "./boxes.ts";

export type CutterOptions = {
  framesPerSecond: number;
  partTicks: number;
  /** A multiple of `partTicks`; every segment begins with a key frame. */
  segmentTicks: number;
  /** Where tick 0 lies on the recording's time line, ms. */
  baseMs: number;
  /** Smaller renditions of the same pictures. */
  rungs?: number;
  emit: (part: MediaPart) => void;
};

/** One partial segment: a moof with its mdat. */
export type MediaPart = {
  bytes: Buffer;
  /** The same part in each rung, with the same sound; null where a rung has no pictures for it. */
  rungs: (Buffer | null)[];
  /** First tick and length in ticks of the programme's clock. */
  startTick: number;
  ticks: number;
  /** Begins with a key frame. */
  independent: boolean;
  startsSegment: boolean;
  endsSegment: boolean;
};

/** Pictures of one size that are not in a part yet, and the tick up to which all are there. */
type Lane = { video: EncodedVideo[]; done: number };
const newLane = (): Lane => ({ video: [], done: 0 });

/**
 * Cuts coded pictures and sound into parts at fixed ticks, whatever was skipped or came late; those of the rungs with them,
 * at the same ticks.
 */
export class PartCutter {
  readonly #options: CutterOptions;
  #start = 0;
  #sequence = 0;
  readonly #main = newLane();
  readonly #rungs: Lane[];
  #audio: EncodedAudio[] = [];
  #audioDone = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
    this.#rungs = Array.from({ length: options.rungs ?? 0 }, newLane);
  }

  addVideo(packet: EncodedVideo): void {
    this.#add(this.#main, packet);
  }

  addRung(rung: number, packet: EncodedVideo): void {
    const lane = this.#rungs[rung];
    if (lane) this.#add(lane, packet);
  }

  /** This tick has no picture in a rung: its part goes without. */
  skipRung(rung: number, tick: number): void {
    const lane = this.#rungs[rung];
    if (!lane) return;
    lane.done = tick + 1;
    this.#cut();
  }

  #add(lane: Lane, packet: EncodedVideo): void {
    lane.video.push(packet);
    lane.done = packet.tick + 1;
    this.#cut();
  }

  addAudio(packet: EncodedAudio): void {
    this.#audio.push(packet);
    this.#audioDone = packet.index + 1;
    this.#cut();
  }

  /** Emits what is left, as a shorter part. */
  finish(): void {
    if (this.#main.done > this.#start && this.#main.video.length > 0) this.#emit(this.#main.done, true);
    for (const lane of [this.#main, ...this.#rungs]) lane.video = [];
    this.#audio = [];
  }

  #cut(): void {
    for (;;) {
      const end = this.#start + this.#options.partTicks;
      const pictures = Math.min(this.#main.done, ...this.#rungs.map(({ done }) => done));
      if (pictures < end || this.#audioTick(this.#audioDone) < end) return;
      this.#emit(end, false);
    }
  }

  /** The tick at which an audio frame begins; not a whole number. */
  #audioTick(index: number): number {
    return (index * audioFrameSamples * this.#options.framesPerSecond) / audioRate;
  }

  #emit(end: number, last: boolean): void {
    const start = this.#start;
    const video = take(this.#main, end);
    const audio = this.#audio.filter((packet) => this.#audioTick(packet.index) < end);
    this.#audio = this.#audio.filter((packet) => this.#audioTick(packet.index) >= end);
    this.#start = end;
    this.#sequence += 1;
    this.#options.emit({
      bytes: this.#fragment(video, audio, end),
      rungs: this.#rungs.map((lane) => {
        const pictures = take(lane, end);
        // Without its first picture a part could not be decoded.
        return pictures[0]?.tick === start ? this.#fragment(pictures, audio, end) : null;
      }),
      startTick: start,
      ticks: end - start,
      independent: video[0]?.key === true && video[0].tick === start,
      startsSegment: start % this.#options.segmentTicks === 0,
      endsSegment: last || end % this.#options.segmentTicks === 0,
    });
  }

  #fragment(video: EncodedVideo[], audio: EncodedAudio[], end: number): Buffer {
    const tickLength = videoTimescale / this.#options.framesPerSecond;
    const pictures = video.map((packet, index): Sample => {
      // A skipped tick shows as a longer picture before it.
      const next = video[index + 1]?.tick ?? end;
      return {
        data: toLengthPrefixed(packet.data),
        duration: (next - packet.tick) * tickLength,
        sync: packet.key,
      };
    });
    const sounds = audio.map(
      (packet): Sample => ({ data: packet.data, duration: audioFrameSamples, sync: true }),
    );
    const { baseMs } = this.#options;
    return fragment(this.#sequence, {
      video: {
        decodeTime: Math.round((baseMs * videoTimescale) / 1000 + (video[0]?.tick ?? 0) * tickLength),
        samples: pictures,
      },
      audio: {
        decodeTime: Math.round((baseMs * audioTimescale) / 1000 + (audio[0]?.index ?? 0) * audioFrameSamples),
        samples: sounds,
      },
    });
  }
}

/** Takes out what is before a tick. */
function take(lane: Lane, end: number): EncodedVideo[] {
  const taken = lane.video.filter((packet) => packet.tick < end);
  lane.video = lane.video.filter((packet) => packet.tick >= end);
  return taken;
}
