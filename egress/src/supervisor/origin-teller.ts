import type { Log } from "@rostrum/platform";
import type { OriginAddress } from "../ingest/index.ts";
import type { OriginFinder } from "./origin-finder.ts";

/** The address is told again after so long: its credential ends. */
const againMs = 30_000;

/** Tells a compositor which origin has its stage, when that changes. */
export class OriginTeller {
  readonly #origins: OriginFinder;
  readonly #webinarId: string;
  readonly #log: Log;
  #url: string | null | undefined;
  #toldAt = 0;

  constructor(options: { origins: OriginFinder; webinarId: string; log: Log }) {
    this.#origins = options.origins;
    this.#webinarId = options.webinarId;
    this.#log = options.log;
  }

  /** Another compositor knows nothing yet. */
  forget(): void {
    this.#url = undefined;
  }

  async look(tell: (address: OriginAddress | null) => void): Promise<void> {
    try {
      const address = await this.#origins.find(this.#webinarId);
      const url = address?.url ?? null;
      // A lease that lapses for a moment is no reason to drop a feed that flows: only another owner is.
      const told = url === this.#url && Date.now() - this.#toldAt < againMs;
      if (told || (url === null && this.#url !== undefined)) return;
      this.#url = url;
      this.#toldAt = Date.now();
      tell(address);
    } catch (error) {
      this.#log.debug({ err: error }, "the stage's origin could not be looked up");
    }
  }
}
