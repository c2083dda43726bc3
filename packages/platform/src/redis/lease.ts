import { withTimeout } from "../clock.ts";
import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";
import { releaseScript, renewScript, takeScript, writeScript } from "./lease-scripts.ts";

type LeaseOptions = {
  redis: Redis;
  key: string;
  holder: string;
  ttlMs: number;
  /** Where the holder can be asked, for whoever finds the lease. */
  address?: string;
  /**
   * How long it is kept while Redis cannot be asked, ms; its time to live unless said otherwise. Longer is safe only
   * where a taker asks the last holder first: without Redis nobody else can take it, but a holder who alone is cut off
   * from Redis would go on beside the taker.
   */
  silenceMs?: number;
};
export type LeaseHolder = { holder: string; fencing: number; address?: string };

const lastKey = (key: string): string => `${key}:last`;

/**
 * The right to own something, for a limited time. The fencing number rises with every taking, so that whoever acts on
 * behalf of an older lease can be recognised: `write` is refused then. A lease that could not be renewed is lost after
 * `silenceMs`, and at once when somebody else has taken it.
 */
export class Lease {
  readonly fencing: number;
  readonly #options: LeaseOptions;
  readonly #scope: Scope;
  /** When the last renewal that succeeded was *sent*, on a clock that only goes forward. */
  #renewedAt: number;
  #renewing: Promise<void> | undefined;
  #lost = false;
  #onLost: (() => void) | undefined;

  private constructor(options: LeaseOptions, taken: { fencing: number; at: number }, scope: Scope) {
    this.#options = options;
    this.fencing = taken.fencing;
    this.#renewedAt = taken.at;
    this.#scope = scope;
  }

  /**
   * Undefined when somebody else holds it. Renewed until the scope closes, then released. `instead`: the number of a
   * lease whose holder is known to be gone, which need not run out first.
   */
  static async take(options: LeaseOptions & { scope: Scope; instead?: number }): Promise<Lease | undefined> {
    const { scope, instead, ...kept } = options;
    const { redis, key, holder, ttlMs, address = "" } = kept;
    const at = performance.now();
    const fencing = await redis.eval(takeScript, 2, key, lastKey(key), holder, address, ttlMs, instead ?? -1);
    if (fencing === null) return undefined;
    const lease = new Lease(kept, { fencing: Number(fencing), at }, scope.child(`lease ${key}`));
    lease.#keep();
    return lease;
  }

  static async peek(redis: Redis, key: string): Promise<LeaseHolder | undefined> {
    const value = await redis.get(key);
    return value === null ? undefined : (JSON.parse(value) as LeaseHolder);
  }

  /** Who had it last and did not let it go: its time may have run out while its holder lives. */
  static async last(redis: Redis, key: string): Promise<LeaseHolder | undefined> {
    const value = await redis.get(lastKey(key));
    const last = value === null ? undefined : (JSON.parse(value) as LeaseHolder);
    return last?.holder ? last : undefined;
  }

  /** False once its time has run out without a renewal, even before `onLost` was told: ask before acting on it. */
  get held(): boolean {
    return !this.#lost && performance.now() - this.#renewedAt < this.#options.ttlMs;
  }

  /** True when it is held, asking Redis where its time has run out. A holder that was stopped finds out here. */
  async confirm(): Promise<boolean> {
    if (!this.held && !this.#lost) await this.#renew();
    return this.held;
  }

  /**
   * Write a value under another key (null deletes it), unless somebody has taken the lease since: false then, and the
   * lease is lost. Rejects when Redis is away.
   */
  async write(key: string, value: string | null, seconds: number): Promise<boolean> {
    const { redis, key: own } = this.#options;
    const done = await redis.eval(writeScript, 3, own, lastKey(own), key, this.fencing, value ?? "", seconds);
    if (done !== 1) this.#lose();
    return done === 1;
  }

  /** What makes the event log refuse an append on behalf of this lease once somebody else has taken it. */
  get fence(): { key: string; fencing: number } {
    return { key: lastKey(this.#options.key), fencing: this.fencing };
  }

  /** Called once, when the lease was not released but lost; at once when that has happened already. */
  onLost(act: () => void): void {
    if (this.#lost) act();
    else this.#onLost = act;
  }

  async release(): Promise<void> {
    await this.#scope.close("released");
  }

  #keep(): void {
    const { redis, key, ttlMs } = this.#options;
    this.#scope.add("release", async () => {
      // Redis away: the lease runs out by itself.
      await redis.eval(releaseScript, 2, key, lastKey(key), this.fencing).catch(() => 0);
    });
    this.#scope.every(Math.floor(ttlMs / 4), "renew", () => this.#renew());
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#askAgain().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #askAgain(): Promise<void> {
    const { redis, key, holder, ttlMs, address = "", silenceMs = ttlMs } = this.#options;
    const at = performance.now();
    const text = JSON.stringify({ holder, address, fencing: this.fencing });
    const asked = redis.eval(renewScript, 2, key, lastKey(key), this.fencing, text, ttlMs);
    const kept = await withTimeout(asked, Math.ceil(ttlMs / 3), "no answer").catch(() => undefined);
    if (kept === 1) this.#renewedAt = at;
    else if (kept === 0 || performance.now() - this.#renewedAt >= silenceMs) this.#lose();
  }

  #lose(): void {
    if (this.#lost || this.#scope.closed) return;
    this.#lost = true;
    this.#onLost?.();
    void this.#scope.close("lost");
  }
}
