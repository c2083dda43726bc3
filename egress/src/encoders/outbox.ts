import type { Scope } from "@rostrum/platform";
import type { MediaKind } from "@rostrum/protocol";

export type Item = { kind: MediaKind; payloads: readonly Buffer[]; mediaMs: number; dueAt: number };

type Options = {
  scope: Scope;
  now: () => number;
  send: (kind: MediaKind, payloads: readonly Buffer[], mediaMs: number) => void;
};

/** How often it is looked what is due, ms: much shorter than a picture or a sound lasts. */
const tickMs = 5;
/** Pictures and sounds that may wait: two seconds. More is an encoder whose clock is broken. */
const most = 250;

/** Sends what encoders delivered in bursts at the times that their clock says. */
export class Outbox {
  readonly #options: Options;
  #waiting: Item[] = [];

  constructor(options: Options) {
    this.#options = options;
    options.scope.every(tickMs, "outbox", () => this.#flush());
  }

  put(item: Item): void {
    const list = this.#waiting;
    let at = list.length;
    while (at > 0 && (list[at - 1]?.dueAt ?? 0) > item.dueAt) at -= 1;
    list.splice(at, 0, item);
    if (list.length > most) this.#send(list.shift());
  }

  #flush(): void {
    const now = this.#options.now();
    while ((this.#waiting[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= now) this.#send(this.#waiting.shift());
  }

  #send(item: Item | undefined): void {
    if (item) this.#options.send(item.kind, item.payloads, item.mediaMs);
  }
}
