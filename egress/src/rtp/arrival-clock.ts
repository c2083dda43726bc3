import { Unwrapper } from "./packet.ts";
import type { SyncGroup } from "./sync-group.ts";

const bucketMs = 500;
const buckets = 8;
/** Sender reports kept. An SFU makes its own from arrivals, each as late as that arrival was: the least is the truest. */
const reportsKept = 8;

/**
 * Maps RTP timestamps of one stream to local time by its fastest packets: the least (arrival - timestamp) of the last
 * four seconds is the path's own delay, everything above it is jitter. Sender reports tell how that delay compares with
 * those of the streams it belongs to; until they come the delays are taken to be the same.
 */
export class ArrivalClock {
  readonly #unwrap = new Unwrapper(32);
  readonly #msPerTick: number;
  readonly #group: SyncGroup | null;
  #minima: { bucket: number; offset: number }[] = [];
  #reports: number[] = [];
  #heard = false;

  /** @param clockRate ticks per second of the RTP timestamp @param group streams it is to be in step with */
  constructor(clockRate: number, group: SyncGroup | null = null) {
    this.#msPerTick = 1000 / clockRate;
    this.#group = group;
  }

  /** A sender report: at `ntpMs` of the sender's clock the stream's clock showed `timestamp`. */
  report(ntpMs: number, timestamp: number): void {
    if (!this.#heard) return;
    const offset = ntpMs - this.#unwrap.next(timestamp) * this.#msPerTick;
    // Another clock altogether: the sender has begun anew.
    if (Math.abs(offset - (this.#reports.at(-1) ?? offset)) > 1000) this.#reports = [];
    this.#reports.push(offset);
    if (this.#reports.length > reportsKept) this.#reports.shift();
  }

  /**
   * @param timestamp 32-bit RTP timestamp
   * @param arrivedAt local ms
   * @returns `ticks`: the timestamp unwrapped; `at`: when the media was sent, on the local clock, plus the delay of the slowest path of its group
   */
  map(timestamp: number, arrivedAt: number): { ticks: number; at: number } {
    this.#heard = true;
    const ticks = this.#unwrap.next(timestamp);
    const mediaMs = ticks * this.#msPerTick;
    this.#note(arrivedAt - mediaMs, Math.floor(arrivedAt / bucketMs));
    const offset = Math.min(...this.#minima.map((entry) => entry.offset));
    if (!this.#group || this.#reports.length === 0) return { ticks, at: mediaMs + offset };
    this.#group.note(this, offset - Math.min(...this.#reports));
    return { ticks, at: mediaMs + offset + this.#group.waitOf(this) };
  }

  /** Forgets the past: the stream has slipped against our clock, and waiting for it to be forgotten costs its sound. */
  restart(): void {
    this.#minima = [];
  }

  /** The stream has ended: nobody waits for it any more. */
  close(): void {
    this.#group?.forget(this);
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
