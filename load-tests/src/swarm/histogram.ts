/** Counts of durations in steps of a quarter millisecond up to 1 s, then of 10 ms: percentiles of millions in small space. */
export class Histogram {
  readonly #fine = new Uint32Array(4000);
  readonly #coarse = new Uint32Array(6000);
  count = 0;
  max = 0;

  add(ms: number): void {
    this.count++;
    if (ms > this.max) this.max = ms;
    if (ms < 1000) this.#bump(this.#fine, ms * 4);
    else this.#bump(this.#coarse, ms / 10);
  }

  #bump(bins: Uint32Array, at: number): void {
    const index = Math.min(bins.length - 1, Math.max(0, Math.floor(at)));
    bins[index] = (bins[index] ?? 0) + 1;
  }

  /** Upper end of the step that holds the `share`-th sample (nearest rank), ms; null without samples. */
  percentile(share: number): number | null {
    let left = Math.max(1, Math.ceil(share * this.count));
    if (this.count === 0) return null;
    for (const [bins, step] of [
      [this.#fine, 0.25],
      [this.#coarse, 10],
    ] as const) {
      for (let i = 0; i < bins.length; i++) {
        left -= bins[i] ?? 0;
        if (left <= 0) return Math.min((i + 1) * step, this.max);
      }
    }
    return this.max;
  }

  clear(): void {
    this.#fine.fill(0);
    this.#coarse.fill(0);
    this.count = 0;
    this.max = 0;
  }
}
