/** So far from where it should be, and for so many in a row, a stream is moved: within 40 ms nobody sees lips and voice apart. */
const offMs = 40;
const inARow = 10;
/** The sender has begun anew. */
const jumpMs = 2000;

/**
 * Times of a stream on the recording's time line that are as even as its sender made them: they follow the sender's clock,
 * and where that and the measured arrival have come apart for good, they go to where it belongs.
 */
export class SmoothClock {
  #offset: number | null = null;
  #apart = 0;

  /** @param senderMs by the sender's clock @param atMs as measured, with jitter @returns ms, as measured but even */
  map(senderMs: number, atMs: number): number {
    this.#offset ??= atMs - senderMs;
    const error = Math.abs(senderMs + this.#offset - atMs);
    this.#apart = error > offMs ? this.#apart + 1 : 0;
    if (error > jumpMs || this.#apart >= inARow) {
      this.#offset = atMs - senderMs;
      this.#apart = 0;
    }
    return senderMs + this.#offset;
  }
}
