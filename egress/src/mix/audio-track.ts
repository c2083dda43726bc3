import { audioRate, type StereoSamples } from "../av/index.ts";
import { conceal } from "./conceal.ts";

/** Samples kept ahead and behind: 2.7 s, a power of two. */
const ringSamples = 131_072;
const ringMask = ringSamples - 1;
const fadeSamples = 240;
/** A source whose clock is off by more than this is placed anew, across a fade; by less, it is moved a sample per packet. */
const anchorSamples = audioRate * 0.025;
const nudgeSamples = audioRate * 0.005;

/**
 * One source's sound on the programme's time line. Where a packet goes follows its RTP timestamp, never the count of
 * samples decoded so far: a lost packet leaves a hole of its own length, filled with what came before it dying away, and
 * moves nothing after it.
 */
export class AudioTrack {
  readonly #left = new Float32Array(ringSamples);
  readonly #right = new Float32Array(ringSamples);
  /** Programme sample = RTP sample + offset. */
  #offset: number | undefined;
  #end = 0;
  /** The last two packets. */
  #past: readonly [StereoSamples, StereoSamples] = [nothing, nothing];
  /** What follows `#end` has been made up. */
  #made = true;
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
    if (broken) this.#bridge(start, length);
    for (let index = late; index < length; index += 1) {
      const share = broken && index < fadeSamples ? index / fadeSamples : 1;
      const at = (start + index) & ringMask;
      this.#left[at] = (this.#left[at] ?? 0) * (1 - share) + (samples.left[index] ?? 0) * share;
      this.#right[at] = (this.#right[at] ?? 0) * (1 - share) + (samples.right[index] ?? 0) * share;
    }
    this.#end = start + length;
    this.#past = [this.#past[1], samples];
    this.#made = false;
    return true;
  }

  /** Adds samples [start, start + length) to `into` and forgets them. Reads must go forward. */
  mixInto(into: StereoSamples, start: number): void {
    const length = into.left.length;
    // What should follow is not there: it may be late or lost, and is made up until it comes.
    if (this.#end > start && this.#end < start + length) this.#makeUp();
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

  /** A packet does not join on to what is there: fills the hole before it, or clears what is there of another time. */
  #bridge(start: number, length: number): void {
    if (start > this.#end) this.#makeUp();
    for (let at = Math.max(start + length, this.#readTo); at < this.#end; at += 1) {
      this.#left[at & ringMask] = 0;
      this.#right[at & ringMask] = 0;
    }
  }

  /** Writes what a sound that breaks off would go on with behind its end, once. */
  #makeUp(): void {
    if (this.#made) return;
    this.#made = true;
    const { left, right } = conceal(joined(this.#past));
    for (let index = Math.max(0, this.#readTo - this.#end); index < left.length; index += 1) {
      const at = (this.#end + index) & ringMask;
      this.#left[at] = left[index] ?? 0;
      this.#right[at] = right[index] ?? 0;
    }
  }
}

const nothing: StereoSamples = { left: new Float32Array(0), right: new Float32Array(0) };

function joined([before, last]: readonly [StereoSamples, StereoSamples]): StereoSamples {
  const join = (a: Float32Array, b: Float32Array): Float32Array => {
    const all = new Float32Array(a.length + b.length);
    all.set(a);
    all.set(b, a.length);
    return all;
  };
  return { left: join(before.left, last.left), right: join(before.right, last.right) };
}
