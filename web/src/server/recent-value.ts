/** A value that is read at most every `ttlMs`, once for all who ask meanwhile. A failure is not kept. */
export class RecentValue<T> {
  readonly #read: () => Promise<T>;
  readonly #ttlMs: number;
  #value: Promise<T> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(read: () => Promise<T>, ttlMs: number) {
    this.#read = read;
    this.#ttlMs = ttlMs;
  }

  get(now = performance.now()): Promise<T> {
    if (this.#value && now - this.#readAt < this.#ttlMs) return this.#value;
    const value = this.#read();
    this.#value = value;
    this.#readAt = now;
    value.catch(() => {
      if (this.#value === value) this.#value = undefined;
    });
    return value;
  }
}
