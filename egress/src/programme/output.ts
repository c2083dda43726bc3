import {
  AacEncoder,
  audioFrameSamples,
  type EncodedAudio,
  type EncodedVideo,
  H264Encoder,
  type Picture,
  type StereoSamples,
  type VideoEncoding,
} from "../av/index.ts";
import { avcCodecString, initSection, PartCutter, parameterSets } from "../fmp4/index.ts";
import type { PartInput } from "../hls/index.ts";
import type { RunInfo, StartMessage } from "./ipc.ts";
import { Ladder } from "./ladder.ts";

export type OutputOptions = {
  start: StartMessage;
  onPart: (part: PartInput) => void;
};

/** Takes coded packets beside the packager, e.g. the RTMP publisher. */
export type PacketTap = { video: (packet: EncodedVideo) => void; audio: (packet: EncodedAudio) => void };

/** Encodes once, into the whole ladder, and hands the top's packets to the packager and to the tap. */
export class Output {
  #video: H264Encoder;
  readonly #encoders: H264Encoder[];
  readonly #encoding: VideoEncoding;
  readonly #audio: AacEncoder;
  readonly #cutter: PartCutter;
  readonly #ladder: Ladder;
  /** The encoder has just been changed: what it knows of earlier pictures is not what players have. */
  #fresh = false;
  tap: PacketTap | null = null;
  readonly init: Buffer;
  readonly rungInits: Buffer[];
  readonly info: RunInfo;
  readonly headers: { video: Buffer; audio: Buffer };

  constructor({ start, onPart }: OutputOptions) {
    const { tuning } = start;
    const { width, height, framesPerSecond } = tuning;
    this.#encoding = {
      width,
      height,
      framesPerSecond,
      bitrateKbps: tuning.videoBitrateKbps,
      preset: tuning.videoPreset,
    };
    this.#video = new H264Encoder(this.#encoding);
    this.#encoders = [this.#video];
    this.#audio = new AacEncoder(tuning.audioBitrateKbps);
    this.headers = { video: this.#video.extraData, audio: this.#audio.extraData };
    const { sps, pps } = parameterSets(this.#video.extraData);
    this.init = initSection({ width, height, sps, pps, audioSpecificConfig: this.#audio.extraData });
    this.#ladder = new Ladder(tuning, {
      packet: (rung, packet) => this.#cutter.addRung(rung, packet),
      skip: (rung, tick) => this.#cutter.skipRung(rung, tick),
    });
    const rungSets = this.#ladder.headers.map(parameterSets);
    this.rungInits = tuning.rungs.map((rung, index) =>
      initSection({
        ...rung,
        ...(rungSets[index] ?? { sps, pps }),
        audioSpecificConfig: this.#audio.extraData,
      }),
    );
    this.info = {
      codecs: `${avcCodecString(sps)},mp4a.40.2`,
      width,
      height,
      framesPerSecond,
      bitrateKbps: tuning.videoBitrateKbps + tuning.audioBitrateKbps,
      baseMs: start.baseMs,
      rungs: tuning.rungs.map((rung, index) => ({
        ...rung,
        codecs: `${avcCodecString(rungSets[index]?.sps ?? sps)},mp4a.40.2`,
      })),
    };
    this.#cutter = new PartCutter({
      framesPerSecond,
      partTicks: tuning.partTicks,
      segmentTicks: tuning.segmentTicks,
      baseMs: start.baseMs,
      rungs: tuning.rungs.length,
      emit: (part) =>
        onPart({
          bytes: part.bytes,
          rungs: part.rungs,
          duration: part.ticks / framesPerSecond,
          independent: part.independent,
          startsSegment: part.startsSegment,
          endsSegment: part.endsSegment,
          // What is on screen at a tick happened on stage a playout delay earlier.
          programmeMs: Math.round(
            start.startAt + (part.startTick * 1000) / framesPerSecond - tuning.playoutDelayMs,
          ),
        }),
    });
  }

  /** The next picture is coded by the encoder that costs least, or by the usual one. No call of `video` may be under way. */
  useLeastEffort(wanted: boolean): void {
    if (wanted && this.#encoders.length === 1) {
      const least = new H264Encoder({ ...this.#encoding, leastEffort: true });
      this.#encoders.push(least);
      // Players have been told the parameter sets of the first: only an encoder with the same ones can take over.
      if (!least.extraData.equals(this.headers.video)) this.#encoders.push(this.#video);
    }
    const next = this.#encoders.at(wanted ? -1 : 0);
    if (!next || next === this.#video) return;
    this.#video = next;
    this.#fresh = true;
  }

  /** Names of the smaller renditions that are coded now. */
  get rungs(): string[] {
    return this.#ladder.onAir;
  }

  /**
   * Calls must not overlap; `picture` is free again when it settles.
   *
   * @param rungs smaller renditions wanted, the smallest first
   */
  async video(picture: Picture, at: { tick: number; key: boolean }, rungs: number): Promise<void> {
    const first = this.#fresh;
    this.#fresh = false;
    // The pool begins with the small ones while this thread codes the large one.
    const small = this.#ladder.encode(picture, at, rungs);
    const large = this.#top(picture, at.tick, at.key || first);
    // Both are over before the picture is free, whichever fails.
    for (const done of await Promise.allSettled([large, small]))
      if (done.status === "rejected") throw done.reason;
  }

  async #top(picture: Picture, tick: number, key: boolean): Promise<void> {
    for (const packet of await this.#video.encode(picture, tick, key)) {
      this.#cutter.addVideo(packet);
      this.tap?.video(packet);
    }
  }

  /** @param samples 1024 per channel, of frame `index` */
  audio(samples: StereoSamples, index: number): void {
    for (const packet of this.#audio.encode(samples, index)) {
      this.#cutter.addAudio(packet);
      this.tap?.audio(packet);
    }
  }

  /** Writes what is left and frees the encoders. No call of `video` may be under way. */
  close(): void {
    for (const packet of this.#audio.finish()) this.#cutter.addAudio(packet);
    this.#cutter.finish();
    for (const encoder of new Set(this.#encoders)) encoder.close();
    this.#ladder.close();
    this.#audio.close();
  }
}

export const silence = (): StereoSamples => ({
  left: new Float32Array(audioFrameSamples),
  right: new Float32Array(audioFrameSamples),
});
