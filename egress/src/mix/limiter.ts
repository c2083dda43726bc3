import { audioRate, type StereoSamples } from "../av/index.ts";

/** -1 dBFS: room for the peaks that lossy coding adds. */
const ceiling = 0.891;
const releaseSeconds = 0.25;

/** Keeps a mix under -1 dBFS: gain drops within a block when it must and recovers over a quarter of a second. */
export class Limiter {
  #gain = 1;

  /** Changes the samples in place. */
  process(samples: StereoSamples): void {
    const length = samples.left.length;
    let peak = 0;
    for (let index = 0; index < length; index += 1)
      peak = Math.max(peak, Math.abs(samples.left[index] ?? 0), Math.abs(samples.right[index] ?? 0));
    const from = this.#gain;
    const wanted = peak > ceiling ? ceiling / peak : 1;
    const recovered = from + (1 - from) * (1 - Math.exp(-length / (audioRate * releaseSeconds)));
    const to = Math.min(wanted, recovered);
    this.#gain = to;
    if (from === 1 && to === 1) return;
    for (let index = 0; index < length; index += 1) {
      // The ramp takes a quarter of the block down, the whole block up; what still sticks out is clipped softly.
      const share = Math.min(1, ((index + 1) / length) * (to < from ? 4 : 1));
      const gain = from + (to - from) * share;
      samples.left[index] = clip((samples.left[index] ?? 0) * gain);
      samples.right[index] = clip((samples.right[index] ?? 0) * gain);
    }
  }
}

/** Straight up to the ceiling, then bent so that nothing reaches full scale. */
function clip(value: number): number {
  const size = Math.abs(value);
  if (size <= ceiling) return value;
  return Math.sign(value) * (ceiling + (1 - ceiling) * Math.tanh((size - ceiling) / (1 - ceiling)));
}
