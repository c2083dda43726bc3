import { audioRate, type StereoSamples } from "../av/index.ts";

/** What programmes are brought to, LUFS: the usual for streams and podcasts; EBU R128's -23 is for television. */
export const targetLufs = -16;
const blockSamples = audioRate / 10;
/** 400 ms, three quarters of which overlap (ITU-R BS.1770-4, annex 1). */
const blocksPerWindow = 4;
/** Loudness is that of the last so many seconds with sound in them. */
const memoryWindows = 200;
/** Quieter is a room's noise, not speech: it does not count, and nothing is turned up for it. R128 says -70. */
const gateLufs = -50;
const relativeGate = -10;
const most = { upDb: 12, downDb: 18 };
/** dB per second: loud is turned down sooner than quiet is turned up. */
const speed = { up: 1, down: 4 };

type Biquad = { b: readonly [number, number, number]; a: readonly [number, number] };
/** K weighting at 48 kHz (ITU-R BS.1770-4, tables 1 and 2). */
const shelf: Biquad = {
  b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
  a: [-1.69065929318241, 0.73248077421585],
};
const highPass: Biquad = { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] };

class Filter {
  readonly #kind: Biquad;
  #z1 = 0;
  #z2 = 0;

  constructor(kind: Biquad) {
    this.#kind = kind;
  }

  step(value: number): number {
    const { a, b } = this.#kind;
    const out = b[0] * value + this.#z1;
    this.#z1 = b[1] * value - a[0] * out + this.#z2;
    this.#z2 = b[2] * value - a[1] * out;
    return out;
  }
}

/** Loudness of the last 400 ms and, gated, of the last twenty seconds with sound in them. */
export class LoudnessMeter {
  readonly #filters = [
    [new Filter(shelf), new Filter(highPass)],
    [new Filter(shelf), new Filter(highPass)],
  ] as const;
  #sum = 0;
  #count = 0;
  /** Mean squares of the last 100 ms blocks. */
  #blocks: number[] = [];
  #windows: number[] = [];

  /** @returns whether another 100 ms are complete */
  add({ left, right }: StereoSamples): boolean {
    let complete = false;
    for (let index = 0; index < left.length; index += 1) {
      const l = this.#weigh(0, left[index] ?? 0);
      const r = this.#weigh(1, right[index] ?? 0);
      this.#sum += l * l + r * r;
      this.#count += 1;
      if (this.#count < blockSamples) continue;
      this.#block(this.#sum / blockSamples);
      this.#sum = 0;
      this.#count = 0;
      complete = true;
    }
    return complete;
  }

  #weigh(channel: 0 | 1, value: number): number {
    const [first, second] = this.#filters[channel];
    return second.step(first.step(value));
  }

  #block(meanSquare: number): void {
    this.#blocks.push(meanSquare);
    if (this.#blocks.length > blocksPerWindow) this.#blocks.shift();
    if (this.momentary < gateLufs) return;
    this.#windows.push(average(this.#blocks));
    if (this.#windows.length > memoryWindows) this.#windows.shift();
  }

  /** LUFS of the last 400 ms. */
  get momentary(): number {
    return this.#blocks.length < blocksPerWindow ? Number.NEGATIVE_INFINITY : lufs(average(this.#blocks));
  }

  /** LUFS, windows 10 LU under the average left out; null while nothing was heard. */
  get gated(): number | null {
    if (this.#windows.length === 0) return null;
    const gate = lufs(average(this.#windows)) + relativeGate;
    return lufs(average(this.#windows.filter((window) => lufs(window) >= gate)));
  }
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const lufs = (meanSquare: number): number => -0.691 + 10 * Math.log10(Math.max(meanSquare, 1e-12));

/** Brings a mix to -16 LUFS by a gain that moves slowly while there is sound, and rests while there is none. */
export class Leveller {
  readonly #meter = new LoudnessMeter();
  #gainDb = 0;
  #wantedDb = 0;

  get gainDb(): number {
    return this.#gainDb;
  }

  /** Changes the samples in place. What comes out may be over full scale: a limiter follows. */
  process(samples: StereoSamples): void {
    if (this.#meter.add(samples)) this.#aim();
    const seconds = samples.left.length / audioRate;
    const way = this.#wantedDb - this.#gainDb;
    const step = Math.max(-speed.down * seconds, Math.min(speed.up * seconds, way));
    const from = 10 ** (this.#gainDb / 20);
    this.#gainDb += step;
    const to = 10 ** (this.#gainDb / 20);
    if (from === 1 && to === 1) return;
    const length = samples.left.length;
    for (let index = 0; index < length; index += 1) {
      const gain = from + ((to - from) * (index + 1)) / length;
      samples.left[index] = (samples.left[index] ?? 0) * gain;
      samples.right[index] = (samples.right[index] ?? 0) * gain;
    }
  }

  #aim(): void {
    const heard = this.#meter.gated;
    // No sound now: the gain stays where it is, whatever it was on its way to.
    if (heard === null || this.#meter.momentary < gateLufs) this.#wantedDb = this.#gainDb;
    else this.#wantedDb = Math.max(-most.downDb, Math.min(most.upDb, targetLufs - heard));
  }
}
