import type { Log } from "./log.ts";

type Closer = (reason: string) => void | Promise<void>;

/** Closing an entry may take this long before it is named in the log, ms. */
const slowCloseMs = 3000;

/**
 * A node of the owner tree. Whatever lives long is added to exactly one scope; closing a scope closes its entries and
 * child scopes once, newest first: what was made later may use what was made before. `count()` is what a leak test
 * reads.
 */
export class Scope {
  readonly name: string;
  readonly log: Log;
  readonly #parent: Scope | undefined;
  readonly #entries = new Map<symbol, { name: string; close: Closer; child?: Scope }>();
  readonly #abort = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(name: string, log: Log, parent?: Scope) {
    this.name = name;
    this.log = log;
    this.#parent = parent;
  }

  /** Aborts when the scope begins to close. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Own `close` until it is called or the returned function takes it back. Added to a closed scope, it runs at once. */
  add(name: string, close: Closer): () => void {
    return this.#register(name, close);
  }

  child(name: string): Scope {
    const child = new Scope(`${this.name}/${name}`, this.log, this);
    const remove = this.#register(name, (reason) => child.close(reason), child);
    child.#onClosed = remove;
    return child;
  }

  #onClosed: (() => void) | undefined;

  #register(name: string, close: Closer, child?: Scope): () => void {
    const key = Symbol(name);
    if (this.closed) {
      void this.#attempt(name, close, "owner closed");
      return () => {};
    }
    this.#entries.set(key, { name, close, ...(child ? { child } : {}) });
    return () => {
      this.#entries.delete(key);
    };
  }

  /** Start background work that this scope owns: a failure is logged here, and closing waits for it. */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    if (this.closed) return;
    const done = work(this.signal).catch((error: unknown) => {
      if (!this.signal.aborted)
        this.log.error({ err: error, work: name, scope: this.name }, "background work failed");
    });
    const remove = this.add(name, () => done);
    void done.then(remove);
  }

  /** Call `tick` every `ms`, never overlapping itself. Closing waits for a tick under way: it must not await the closing. */
  every(ms: number, name: string, tick: () => void | Promise<void>): void {
    let running: Promise<void> | undefined;
    const timer = setInterval(() => {
      running ??= Promise.resolve()
        .then(tick)
        .catch((error: unknown) =>
          this.log.error({ err: error, work: name, scope: this.name }, "periodic work failed"),
        )
        .finally(() => {
          running = undefined;
        });
    }, ms);
    this.add(name, () => {
      clearInterval(timer);
      return running;
    });
  }

  /** Call `act` once after `ms`, unless the scope closes or the returned function is called first. */
  after(ms: number, name: string, act: () => void | Promise<void>): () => void {
    const timer = setTimeout(() => {
      cancel();
      Promise.resolve()
        .then(act)
        .catch((error: unknown) =>
          this.log.error({ err: error, work: name, scope: this.name }, "delayed work failed"),
        );
    }, ms);
    const remove = this.add(name, () => clearTimeout(timer));
    const cancel = () => {
      clearTimeout(timer);
      remove();
    };
    return cancel;
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#closeAll(reason);
    return this.#closing;
  }

  async #closeAll(reason: string): Promise<void> {
    this.#abort.abort(new Error(reason));
    for (const [key, entry] of [...this.#entries].reverse()) {
      this.#entries.delete(key);
      await this.#attempt(entry.name, entry.close, reason);
    }
    this.#onClosed?.();
  }

  async #attempt(name: string, close: Closer, reason: string): Promise<void> {
    const slow = setTimeout(
      () => this.log.warn({ entry: name, scope: this.name }, "an entry takes long to close"),
      slowCloseMs,
    );
    try {
      await close(reason);
    } catch (error) {
      this.log.error({ err: error, entry: name, scope: this.name }, "closing failed");
    } finally {
      clearTimeout(slow);
    }
  }

  /** Entries alive in this scope and below. */
  count(): number {
    let total = 0;
    for (const entry of this.#entries.values()) total += entry.child ? entry.child.count() : 1;
    return total;
  }

  /** Names of what is alive, for leak reports. */
  alive(): string[] {
    return [...this.#entries.values()].flatMap((entry) =>
      entry.child ? entry.child.alive() : [`${this.name}/${entry.name}`],
    );
  }

  get parent(): Scope | undefined {
    return this.#parent;
  }
}
