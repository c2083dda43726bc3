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

export type OutputOptions = {
  start: StartMessage;
  onPart: (part: PartInput) => void;
};

/** Takes coded packets beside the packager, e.g. the RTMP publisher. */
export type PacketTap = { video: (packet: EncodedVideo) => void; audio: (packet: EncodedAudio) => void };

/** Encodes once and hands the same packets to the packager and to the tap. */
export class Output {
  #video: H264Encoder;
  readonly #encoders: H264Encoder[];
  readonly #encoding: VideoEncoding;
  readonly #audio: AacEncoder;
  readonly #cutter: PartCutter;
  /** The encoder has just been changed: what it knows of earlier pictures is not what players have. */
  #fresh = false;
  tap: PacketTap | null = null;
  readonly init: Buffer;
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
    this.info = {
      codecs: `${avcCodecString(sps)},mp4a.40.2`,
      width,
      height,
      framesPerSecond,
      bitrateKbps: tuning.videoBitrateKbps + tuning.audioBitrateKbps,
      baseMs: start.baseMs,
    };
    this.#cutter = new PartCutter({
      framesPerSecond,
      partTicks: tuning.partTicks,
      segmentTicks: tuning.segmentTicks,
      baseMs: start.baseMs,
      emit: (part) =>
        onPart({
          bytes: part.bytes,
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

  /** Calls must not overlap; `picture` is free again when it settles. */
  async video(picture: Picture, tick: number, key: boolean): Promise<void> {
    const first = this.#fresh;
    this.#fresh = false;
    for (const packet of await this.#video.encode(picture, tick, key || first)) {
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
    this.#audio.close();
  }
}

export const silence = (): StereoSamples => ({
  left: new Float32Array(audioFrameSamples),
  right: new Float32Array(audioFrameSamples),
});
