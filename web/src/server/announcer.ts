import type { Log, Scope } from "@rostrum/platform";

type Read<T> = () => Promise<T | undefined>;
type Thing = { again: boolean; emittedAt: number };

/** A thing that changes without pause is told about this often, ms. */
const pauseMs = 250;

/**
 * Tells rooms how things are, not how they changed: what is told is read from the database when it is told. Changes of
 * one thing that come together are told once, at most four times a second, so that a storm of votes is a few events. It
 * is read again after it was told: whoever tells last, in whatever process, has told what is stored.
 */
export class Announcer {
  readonly #scope: Scope;
  readonly #log: Log;
  readonly #things = new Map<string, Thing>();

  constructor(options: { scope: Scope; log: Log }) {
    this.#scope = options.scope;
    this.#log = options.log;
  }

  /**
   * Tell about the thing called `key`, now when nothing was told about it lately. `read` gives what to tell, undefined
   * when there is nothing; `tell` must not throw. Resolves once it is told or noted; never rejects.
   */
  async announce<T>(key: string, read: Read<T>, tell: (state: T) => Promise<void>): Promise<void> {
    const known = this.#things.get(key);
    if (known) {
      known.again = true;
      return;
    }
    const thing: Thing = { again: true, emittedAt: 0 };
    this.#things.set(key, thing);
    await this.#emit(key, thing, () => this.#tellOnce(read, tell));
  }

  async #emit(key: string, thing: Thing, tellOnce: () => Promise<boolean>): Promise<void> {
    thing.again = false;
    try {
      if (await tellOnce()) thing.again = true;
    } catch (error) {
      this.#log.warn({ err: error, key }, "a room could not be told");
    }
    if (this.#scope.closed) return;
    // Kept for a pause even when nothing waits: the next change is then the first of its kind no more.
    this.#scope.after(pauseMs, `announce ${key}`, () => {
      if (thing.again) return this.#emit(key, thing, tellOnce);
      this.#things.delete(key);
    });
  }

  /** True when the thing is not as it was told any more. */
  async #tellOnce<T>(read: Read<T>, tell: (state: T) => Promise<void>): Promise<boolean> {
    const state = await read();
    if (state === undefined) return false;
    await tell(state);
    return JSON.stringify(await read()) !== JSON.stringify(state);
  }
}
