import { seededRandom } from "./random.ts";
import type { Shape } from "./shape.ts";

export type LinkCounts = {
  packets: number;
  lost: number;
  overflowed: number;
  duplicated: number;
  reordered: number;
};

/**
 * One direction of a link, without a clock or sockets of its own: told of a packet and of the time, it answers when the
 * packet comes out at the other end. The same seed, shape and packets give the same answers.
 */
export class LinkSchedule {
  readonly counts: LinkCounts = { packets: 0, lost: 0, overflowed: 0, duplicated: 0, reordered: 0 };
  shape: Shape;
  readonly #random: () => number;
  /** When the wire has sent what is queued on it, ms. */
  #busyUntil = 0;
  #lastOut = 0;
  #losing = false;

  constructor(shape: Shape, seed: number) {
    this.shape = shape;
    this.#random = seededRandom(seed);
  }

  /** Times (ms, on the clock of `now`) at which a packet of `bytes` arrives: none when it is lost, two when doubled. */
  arrivals(now: number, bytes: number): number[] {
    this.counts.packets++;
    const { duplicatePct, reorderPct, reorderByMs } = this.shape;
    // Every packet draws the same numbers, so that changing one share does not change the fate of all others.
    const [loss, jitter, reorder, duplicate] = [
      this.#random(),
      this.#random(),
      this.#random(),
      this.#random(),
    ];
    if (this.#isLost(loss)) {
      this.counts.lost++;
      return [];
    }
    const sent = this.#sentAt(now, bytes);
    if (sent === undefined) {
      this.counts.overflowed++;
      return [];
    }
    let out = sent + this.shape.delayMs + (jitter * 2 - 1) * this.shape.jitterMs;
    if (reorder * 100 < reorderPct) {
      this.counts.reordered++;
      out += reorderByMs;
    } else {
      out = Math.max(out, this.#lastOut);
      this.#lastOut = out;
    }
    if (duplicate * 100 >= duplicatePct) return [out];
    this.counts.duplicated++;
    return [out, out];
  }

  #isLost(draw: number): boolean {
    const { lossPct, lossBurst } = this.shape;
    const share = lossPct / 100;
    if (share <= 0 || share >= 1 || lossBurst === 1) return draw < share;
    const threshold = this.#losing ? 1 - 1 / lossBurst : share / (lossBurst * (1 - share));
    this.#losing = draw < threshold;
    return this.#losing;
  }

  /** When the last bit is on the wire; undefined when the queue before it is full. */
  #sentAt(now: number, bytes: number): number | undefined {
    const { rateKbit, queueMs } = this.shape;
    if (rateKbit === 0) return now;
    const start = Math.max(now, this.#busyUntil);
    if (start - now > queueMs) return undefined;
    this.#busyUntil = start + (bytes * 8) / rateKbit;
    return this.#busyUntil;
  }
}
