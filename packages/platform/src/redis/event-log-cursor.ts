import { sleep, untilAborted } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Scope } from "../scope.ts";

export type LogPosition = { seq: number; epoch: string };
export type LogEntry<E> = LogPosition & { event: E };

export type Follower<E, S> = {
  /** The state as of a position read from the log *before* the state was read. */
  snapshot: () => Promise<LogPosition & { state: S }>;
  onSnapshot: (state: S, at: LogPosition) => void;
  onEvent: (event: E, at: LogPosition) => void;
};

type CursorOptions<E, S> = {
  follower: Follower<E, S>;
  read: (from: LogPosition) => Promise<LogEntry<E>[] | "gap">;
  log: Log;
  scope: Scope;
};

/**
 * Where one follower stands in a log. Entries that continue it are handed on as they come; anything else (a gap, a new
 * epoch, a lost connection, a follower that threw) makes it read what it missed or, when that cannot be had, take a new
 * snapshot.
 */
export class Cursor<E, S> {
  readonly #options: CursorOptions<E, S>;
  #at: LogPosition | undefined;
  #syncing = false;
  #dirty = false;

  constructor(options: CursorOptions<E, S>) {
    this.#options = options;
  }

  /** A published entry. While catching up it is only noted: reading the log gives it in its order. */
  take(entry: LogEntry<E>): void {
    if (this.#options.scope.closed) return;
    if (this.#syncing || !this.#apply(entry)) this.resync();
  }

  resync(): void {
    this.#dirty = true;
    if (this.#syncing || this.#options.scope.closed) return;
    this.#syncing = true;
    this.#options.scope.run("follow log", (signal) => this.#sync(signal));
  }

  async #sync(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; this.#dirty && !signal.aborted; ) {
      this.#dirty = false;
      try {
        await this.#catchUp(signal);
        attempt = 0;
      } catch (error) {
        this.#dirty = true;
        this.#options.log.debug({ err: error }, "could not follow the log; trying again");
        const longest = Math.min(100 * 2 ** Math.min(attempt++, 4), 1000);
        await sleep(longest * (0.5 + Math.random() / 2), signal).catch(() => {});
      }
    }
    this.#syncing = false;
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { read, follower } = this.#options;
    const missed = this.#at ? await untilAborted(read(this.#at), signal) : "gap";
    if (missed !== "gap" && missed.every((entry) => this.#apply(entry))) return;
    const { state, seq, epoch } = await untilAborted(follower.snapshot(), signal);
    this.#at = { seq, epoch };
    follower.onSnapshot(state, this.#at);
    // What was appended while the snapshot was made.
    this.#dirty = true;
  }

  /** False when the entry does not continue what is known. */
  #apply(entry: LogEntry<E>): boolean {
    const at = this.#at;
    if (!at || entry.epoch !== at.epoch || entry.seq > at.seq + 1) return false;
    if (entry.seq <= at.seq) return true;
    this.#at = { seq: entry.seq, epoch: entry.epoch };
    try {
      this.#options.follower.onEvent(entry.event, this.#at);
      return true;
    } catch (error) {
      this.#options.log.error({ err: error, seq: entry.seq }, "a follower could not apply an event");
      this.#at = undefined;
      return false;
    }
  }
}
