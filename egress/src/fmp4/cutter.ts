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
  emit: (part: MediaPart) => void;
};

/** One partial segment: a moof with its mdat. */
export type MediaPart = {
  bytes: Buffer;
  /** First tick and length in ticks of the programme's clock. */
  startTick: number;
  ticks: number;
  /** Begins with a key frame. */
  independent: boolean;
  startsSegment: boolean;
  endsSegment: boolean;
};

/** Cuts coded pictures and sound into parts at fixed ticks, whatever was skipped or came late. */
export class PartCutter {
  readonly #options: CutterOptions;
  #start = 0;
  #sequence = 0;
  #video: EncodedVideo[] = [];
  #audio: EncodedAudio[] = [];
  #videoDone = 0;
  #audioDone = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  addVideo(packet: EncodedVideo): void {
    this.#video.push(packet);
    this.#videoDone = packet.tick + 1;
    this.#cut();
  }

  addAudio(packet: EncodedAudio): void {
    this.#audio.push(packet);
    this.#audioDone = packet.index + 1;
    this.#cut();
  }

  /** Emits what is left, as a shorter part. */
  finish(): void {
    if (this.#videoDone > this.#start && this.#video.length > 0) this.#emit(this.#videoDone, true);
    this.#video = [];
    this.#audio = [];
  }

  #cut(): void {
    for (;;) {
      const end = this.#start + this.#options.partTicks;
      if (this.#videoDone < end || this.#audioTick(this.#audioDone) < end) return;
      this.#emit(end, false);
    }
  }

  /** The tick at which an audio frame begins; not a whole number. */
  #audioTick(index: number): number {
    return (index * audioFrameSamples * this.#options.framesPerSecond) / audioRate;
  }

  #emit(end: number, last: boolean): void {
    const start = this.#start;
    const video = this.#video.filter((packet) => packet.tick < end);
    this.#video = this.#video.filter((packet) => packet.tick >= end);
    const audio = this.#audio.filter((packet) => this.#audioTick(packet.index) < end);
    this.#audio = this.#audio.filter((packet) => this.#audioTick(packet.index) >= end);
    this.#start = end;
    this.#options.emit({
      bytes: this.#fragment(video, audio, end),
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
    this.#sequence += 1;
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
