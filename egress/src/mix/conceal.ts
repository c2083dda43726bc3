import type { StereoSamples } from "../av/index.ts";

/** What is made up for a hole, at most: 60 ms. Longer holes are silent after that. */
export const concealSamples = 2880;
/** At full strength for the first 10 ms, then dying away. */
const firmSamples = 480;
/** Periods of voices: 2.5 to 15 ms (400 to 67 Hz), searched in steps of a twelfth of a millisecond. */
const leastLag = 120;
const mostLag = 720;
const compared = 480;
const stride = 4;

/**
 * Goes on with a sound that has broken off: its last period again and again, dying away within 60 ms (as ITU-T G.711
 * Appendix I does). libavcodec's Opus decoder has no concealment of its own.
 *
 * @param past the last 25 ms or more; shorter gives silence
 * @returns `concealSamples` per channel
 */
export function conceal(past: StereoSamples): StereoSamples {
  const left = new Float32Array(concealSamples);
  const right = new Float32Array(concealSamples);
  const length = past.left.length;
  if (length < mostLag + compared) return { left, right };
  const from = length - period(past.left);
  const lag = length - from;
  for (let index = 0; index < concealSamples; index += 1) {
    const gain = Math.min(1, (concealSamples - index) / (concealSamples - firmSamples));
    const at = from + (index % lag);
    left[index] = (past.left[at] ?? 0) * gain;
    right[index] = (past.right[at] ?? 0) * gain;
  }
  return { left, right };
}

/** The lag at which the end of a sound resembles itself most, samples: first roughly, then to the sample. */
function period(sound: Float32Array): number {
  let best = leastLag;
  let bestLikeness = Number.NEGATIVE_INFINITY;
  const consider = (lag: number, step: number): void => {
    const value = likeness(sound, lag, step);
    if (value <= bestLikeness) return;
    bestLikeness = value;
    best = lag;
  };
  for (let lag = leastLag; lag <= mostLag; lag += stride) consider(lag, stride);
  const around = best;
  bestLikeness = Number.NEGATIVE_INFINITY;
  for (let lag = Math.max(leastLag, around - stride); lag <= Math.min(mostLag, around + stride); lag += 1)
    consider(lag, 1);
  return best;
}

/** Normalised correlation of the last 10 ms with what was `lag` before. */
function likeness(sound: Float32Array, lag: number, step: number): number {
  let product = 0;
  let energy = 1e-9;
  for (let at = sound.length - compared; at < sound.length; at += step) {
    const before = sound[at - lag] ?? 0;
    product += (sound[at] ?? 0) * before;
    energy += before * before;
  }
  return product / Math.sqrt(energy);
}
