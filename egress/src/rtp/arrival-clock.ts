import { Unwrapper } from "./packet.ts";

const bucketMs = 500;
const buckets = 8;

/**
 * Maps RTP timestamps of one stream to local time by its fastest packets: the least (arrival - timestamp) of the last
 * four seconds is the path's own delay, everything above it is jitter. An SFU's sender reports are made from arrival at
 * the SFU, so they would say the same with one hop less and a second clock to follow; this needs neither.
 */
export class ArrivalClock {
  readonly #unwrap = new Unwrapper(32);
  readonly #msPerTick: number;
  #minima: { bucket: number; offset: number }[] = [];

  /** @param clockRate ticks per second of the RTP timestamp */
  constructor(clockRate: number) {
    this.#msPerTick = 1000 / clockRate;
  }

  /**
   * @param timestamp 32-bit RTP timestamp
   * @param arrivedAt local ms
   * @returns `ticks`: the timestamp unwrapped; `at`: when the media was sent, on the local clock, plus the path's delay
   */
  map(timestamp: number, arrivedAt: number): { ticks: number; at: number } {
    const ticks = this.#unwrap.next(timestamp);
    const mediaMs = ticks * this.#msPerTick;
    this.#note(arrivedAt - mediaMs, Math.floor(arrivedAt / bucketMs));
    const offset = Math.min(...this.#minima.map((entry) => entry.offset));
    return { ticks, at: mediaMs + offset };
  }

  /** Forgets the past: the stream has slipped against our clock, and waiting for it to be forgotten costs its sound. */
  restart(): void {
    this.#minima = [];
  }

  #note(offset: number, bucket: number): void {
    const last = this.#minima.at(-1);
    // A jump of seconds is a new timeline (sender restarted, long mute with a stopped clock), not jitter.
    if (last && Math.abs(offset - last.offset) > 3000) this.#minima = [];
    const current = this.#minima.at(-1);
    if (current?.bucket === bucket) current.offset = Math.min(current.offset, offset);
    else this.#minima.push({ bucket, offset });
    while (this.#minima.length > 0 && (this.#minima[0]?.bucket ?? bucket) <= bucket - buckets)
      this.#minima.shift();
  }
}
