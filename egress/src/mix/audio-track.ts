import { audioRate, type StereoSamples } from "../av/index.ts";

/** Samples kept ahead and behind: 2.7 s, a power of two. */
const ringSamples = 131_072;
const ringMask = ringSamples - 1;
const fadeSamples = 240;
/** A source whose clock is off by more than this is placed anew; by less, it is moved a sample per packet. */
const anchorSamples = audioRate * 0.06;
const nudgeSamples = audioRate * 0.005;

/**
 * One source's sound on the programme's time line. Where a packet goes follows its RTP timestamp, never the count of
 * samples decoded so far: a lost packet leaves a hole of its own length and moves nothing after it.
 */
export class AudioTrack {
  readonly #left = new Float32Array(ringSamples);
  readonly #right = new Float32Array(ringSamples);
  /** Programme sample = RTP sample + offset. */
  #offset: number | undefined;
  #end = 0;
  #readTo = 0;

  /**
   * @param rtpSample unwrapped RTP timestamp (48 kHz for Opus)
   * @param wanted programme sample at which the first sample should be heard
   * @returns whether any of it was in time
   */
  write(rtpSample: number, wanted: number, samples: StereoSamples): boolean {
    const start = this.#place(rtpSample, Math.round(wanted));
    const length = samples.left.length;
    const late = Math.max(0, this.#readTo - start);
    if (late >= length || start + length - this.#readTo > ringSamples) return false;
    const broken = start !== this.#end;
    if (broken) this.#fadeOut();
    for (let index = late; index < length; index += 1) {
      const gain = broken && index < fadeSamples ? index / fadeSamples : 1;
      const at = (start + index) & ringMask;
      this.#left[at] = (samples.left[index] ?? 0) * gain;
      this.#right[at] = (samples.right[index] ?? 0) * gain;
    }
    this.#end = start + length;
    return true;
  }

  /** Adds samples [start, start + length) to `into` and forgets them. Reads must go forward. */
  mixInto(into: StereoSamples, start: number): void {
    const length = into.left.length;
    for (let index = 0; index < length; index += 1) {
      const at = (start + index) & ringMask;
      into.left[index] = (into.left[index] ?? 0) + (this.#left[at] ?? 0);
      into.right[index] = (into.right[index] ?? 0) + (this.#right[at] ?? 0);
      this.#left[at] = 0;
      this.#right[at] = 0;
    }
    this.#readTo = start + length;
  }

  #place(rtpSample: number, wanted: number): number {
    if (this.#offset === undefined) this.#offset = wanted - rtpSample;
    const error = wanted - (rtpSample + this.#offset);
    if (Math.abs(error) > anchorSamples) this.#offset = wanted - rtpSample;
    else if (Math.abs(error) > nudgeSamples) this.#offset += Math.sign(error);
    return rtpSample + this.#offset;
  }

  /** Softens the end of what is there before a hole. */
  #fadeOut(): void {
    const from = Math.max(this.#readTo, this.#end - fadeSamples);
    for (let at = from; at < this.#end; at += 1) {
      const gain = (this.#end - at) / fadeSamples;
      const index = at & ringMask;
      this.#left[index] = (this.#left[index] ?? 0) * gain;
      this.#right[index] = (this.#right[index] ?? 0) * gain;
    }
  }
}
