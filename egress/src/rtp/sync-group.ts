/** Further behind than this its clock or its path is not comparable with the others': nobody waits for it. */
const maxWaitMs = 400;

/**
 * The streams of one sender that belong together: a camera, its microphone, a screen. Each tells how long its packets are
 * under way on the sender's clock (RFC 3550 §6.4.1); all are then played as late as the slowest of them.
 */
export class SyncGroup {
  readonly #delays = new Map<object, number>();

  /** @param delayMs local arrival less the sender's time: any constant, the same for all, is in it */
  note(stream: object, delayMs: number): void {
    this.#delays.set(stream, delayMs);
  }

  forget(stream: object): void {
    this.#delays.delete(stream);
  }

  /** What a stream has to wait beyond its own delay, ms; 0 while it is unknown. */
  waitOf(stream: object): number {
    const own = this.#delays.get(stream);
    if (own === undefined || this.#delays.size < 2) return 0;
    const least = Math.min(...this.#delays.values());
    let slowest = own;
    for (const delay of this.#delays.values())
      if (delay > slowest && delay - least <= maxWaitMs) slowest = delay;
    return slowest - own;
  }
}
