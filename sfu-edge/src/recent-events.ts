import type { LogPosition } from "@rostrum/platform";
import type { RoomEvent } from "@rostrum/protocol";

/** Events kept: enough for everyone whose connection broke for half a minute in a lively room. */
const kept = 300;

/** The last events of a room, for those who come back and have seen the ones before. */
export class RecentEvents {
  #epoch = "";
  readonly #events: RoomEvent[] = [];

  add(event: RoomEvent, epoch: string): void {
    const last = this.#events.at(-1);
    if (epoch !== this.#epoch || (last && event.seq !== last.seq + 1)) this.clear();
    this.#epoch = epoch;
    this.#events.push(event);
    if (this.#events.length > kept) this.#events.shift();
  }

  clear(): void {
    this.#events.length = 0;
  }

  /** Events after `from` up to `now`; undefined when not all of them are known here. */
  since(from: LogPosition, now: LogPosition): RoomEvent[] | undefined {
    if (from.epoch !== now.epoch || from.seq > now.seq) return undefined;
    if (from.seq === now.seq) return [];
    const first = this.#events[0];
    if (this.#epoch !== now.epoch || !first || first.seq > from.seq + 1) return undefined;
    return this.#events.filter(({ seq }) => seq > from.seq);
  }
}
