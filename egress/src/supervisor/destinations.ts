import { randomBytes } from "node:crypto";
import type { Log, Scope } from "@rostrum/platform";
import type { RtmpDestination } from "@rostrum/protocol";
import { Destination, type DestinationStatus, type HubProcess } from "../rtmp/index.ts";

export type DestinationsOptions = { hub: HubProcess; ffmpegPath: string; scope: Scope; log: Log };

/** A part is a third of a second: without one for this long there is nothing to send, ms. */
const partLateMs = 2000;

/** The RTMP destinations of one programme: desired against running, each in a scope of its own. */
export class Destinations {
  readonly #options: DestinationsOptions;
  readonly #key = randomBytes(18).toString("hex");
  readonly #running = new Map<string, { destination: Destination; scope: Scope }>();
  #partAt = Number.NEGATIVE_INFINITY;

  constructor(options: DestinationsOptions) {
    this.#options = options;
  }

  /** Where the compositor publishes; null while nobody wants it. */
  get publishUrl(): string | null {
    return this.#running.size > 0 ? this.#options.hub.url(this.#key) : null;
  }

  /** The compositor has made a part. */
  notePart(): void {
    this.#partAt = performance.now();
  }

  get statuses(): DestinationStatus[] {
    return [...this.#running.values()].map(({ destination }) => ({ ...destination.status }));
  }

  /** Starts what is new, ends what is gone, restarts what has another URL. */
  want(desired: readonly RtmpDestination[]): void {
    const { hub, ffmpegPath, scope, log } = this.#options;
    const flows = () => performance.now() - this.#partAt < partLateMs;
    for (const [id, { destination, scope: own }] of [...this.#running]) {
      if (desired.some((wanted) => wanted.id === id && wanted.url === destination.url)) continue;
      this.#running.delete(id);
      void own.close("the destination is not wanted any more");
    }
    for (const wanted of desired) {
      if (this.#running.has(wanted.id)) continue;
      hub.want();
      const own = scope.child(`destination ${wanted.id}`);
      const source = hub.url(this.#key);
      this.#running.set(wanted.id, {
        scope: own,
        destination: new Destination({ destination: wanted, source, flows, ffmpegPath, scope: own, log }),
      });
    }
  }
}
