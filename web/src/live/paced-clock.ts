const tickMs = 200;
/** One tick stands for no more than this, however late it comes, ms. */
const mostMs = 300;

/**
 * A clock that stands still while this page does. On a machine that is out of breath every answer is late, and so is
 * every timer: patience measured with this clock does not run out meanwhile.
 */
export class PacedClock {
  #now: number;
  #tickedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Starts at `start` (ms of any epoch); `onTick` is called after each advance. */
  constructor(start: number, onTick: () => void) {
    this.#now = start;
    this.#timer = setInterval(() => {
      const at = performance.now();
      this.#now += Math.min(mostMs, at - this.#tickedAt);
      this.#tickedAt = at;
      onTick();
    }, tickMs);
  }

  get now(): number {
    return this.#now;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
