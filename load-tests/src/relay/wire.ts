import { DueQueue } from "./due-queue.ts";
import { type LinkCounts, LinkSchedule } from "./schedule.ts";
import type { Shape } from "./shape.ts";

/** One direction of a link with the process's clock: what goes in comes out later, or never. Owner calls `close`. */
export class Wire {
  readonly #schedule: LinkSchedule;
  readonly #due = new DueQueue<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(shape: Shape, seed: number) {
    this.#schedule = new LinkSchedule(shape, seed);
  }

  get counts(): LinkCounts {
    return { ...this.#schedule.counts };
  }

  /** Applies to packets from now on; those on their way keep their times. */
  set shape(shape: Shape) {
    this.#schedule.shape = shape;
  }

  /** Call `deliver` whenever a packet of `bytes` arrives at the other end. */
  carry(bytes: number, deliver: () => void): void {
    if (this.#closed) return;
    const now = performance.now();
    for (const at of this.#schedule.arrivals(now, bytes)) {
      if (at <= now && this.#due.size === 0) deliver();
      else this.#due.push(at, deliver);
    }
    this.#wake();
  }

  /** What is under way is lost. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wake(): void {
    const at = this.#due.nextAt;
    if (at === undefined || at >= this.#timerAt || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#release(), Math.max(0, Math.ceil(at - performance.now())));
  }

  #release(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    // Never early: a delay is the least that a packet takes. What a timer's grain of 1 ms fires too soon waits again.
    const until = performance.now();
    for (let deliver = this.#due.take(until); deliver; deliver = this.#due.take(until)) deliver();
    this.#wake();
  }
}
