/** So many at once, so many per second after that. */
export class TokenBucket {
  readonly #size: number;
  readonly #perSecond: number;
  #left: number;
  #filledAt: number;

  constructor(size: number, perSecond: number, now = performance.now()) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#left = size;
    this.#filledAt = now;
  }

  /** False when there is none left. `now`: ms, any clock that only goes forward. */
  take(now = performance.now()): boolean {
    this.#left = Math.min(this.#size, this.#left + ((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
