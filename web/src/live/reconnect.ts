import { backoffMs } from "@rostrum/rules";

/** A connection that held this long was a good one, ms. */
const stableMs = 10_000;

/**
 * How long to wait before connecting again: not at all after a connection that had held, then longer each time, with
 * jitter, so that a thousand clients of a dead node do not arrive at the next one together.
 */
export class Reconnect {
  readonly #random: () => number;
  #attempt = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Wait before the next attempt, ms. */
  next(): number {
    const attempt = this.#attempt++;
    return attempt === 0 ? 0 : backoffMs(attempt - 1, this.#random());
  }

  /** A connection ended that had been up for `ms`. */
  lasted(ms: number): void {
    if (ms >= stableMs) this.#attempt = 0;
  }
}
