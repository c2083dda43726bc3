import { withTimeout } from "../clock.ts";
import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";

type LeaseOptions = { redis: Redis; key: string; holder: string; ttlMs: number };
export type LeaseHolder = { holder: string; fencing: number };

// The number is at least the server's clock in ms, so that it rises even over a Redis that came back empty.
const takeScript = `
local current = redis.call('GET', KEYS[1])
if current and cjson.decode(current).holder ~= ARGV[1] then return nil end
local now = redis.call('TIME')
local clock = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local fencing = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, clock)
local text = string.format('%.0f', fencing)
redis.call('SET', KEYS[2], text, 'EX', 86400)
redis.call('SET', KEYS[1], cjson.encode({holder = ARGV[1], fencing = fencing}), 'PX', ARGV[2])
return text`;

// A lease that ran out is taken up again only while nobody has held it since: the number tells. An empty Redis knows
// of nobody, and is told.
const renewScript = `
local current = redis.call('GET', KEYS[1])
local last = redis.call('GET', KEYS[2])
if current and cjson.decode(current).fencing ~= tonumber(ARGV[2]) then return 0 end
if last and last ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', 86400)
redis.call('SET', KEYS[1], cjson.encode({holder = ARGV[1], fencing = tonumber(ARGV[2])}), 'PX', ARGV[3])
return 1`;

const releaseScript = `
local current = redis.call('GET', KEYS[1])
if current and cjson.decode(current).fencing == tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1`;

/**
 * The right to own something, for a limited time. The fencing number rises with every taking, so that whoever acts on
 * behalf of an older lease can be recognised. A lease that could not be renewed for its whole time is lost, whatever
 * the reason: somebody else may hold it by then.
 */
export class Lease {
  readonly fencing: number;
  readonly #options: LeaseOptions;
  readonly #scope: Scope;
  /** When the last renewal that succeeded was *sent*, on a clock that only goes forward. */
  #renewedAt: number;
  #lost = false;
  #onLost: (() => void) | undefined;

  private constructor(options: LeaseOptions, taken: { fencing: number; at: number }, scope: Scope) {
    this.#options = options;
    this.fencing = taken.fencing;
    this.#renewedAt = taken.at;
    this.#scope = scope;
  }

  /** Undefined when somebody else holds it. Renewed until the scope closes, then released. */
  static async take(options: LeaseOptions & { scope: Scope }): Promise<Lease | undefined> {
    const { redis, key, holder, ttlMs } = options;
    const at = performance.now();
    const fencing = await redis.eval(takeScript, 2, key, `${key}:fencing`, holder, ttlMs);
    if (fencing === null) return undefined;
    const lease = new Lease(
      { redis, key, holder, ttlMs },
      { fencing: Number(fencing), at },
      options.scope.child(`lease ${key}`),
    );
    lease.#keep();
    return lease;
  }

  static async peek(redis: Redis, key: string): Promise<LeaseHolder | undefined> {
    const value = await redis.get(key);
    return value === null ? undefined : (JSON.parse(value) as LeaseHolder);
  }

  /** False once its time has run out without a renewal, even before `onLost` was told: ask before acting on it. */
  get held(): boolean {
    return !this.#lost && performance.now() - this.#renewedAt < this.#options.ttlMs;
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
      await redis.eval(releaseScript, 1, key, this.fencing).catch(() => 0);
    });
    this.#scope.every(Math.floor(ttlMs / 3), "renew", () => this.#renew());
  }

  async #renew(): Promise<void> {
    const { redis, key, holder, ttlMs } = this.#options;
    const at = performance.now();
    const asked = redis.eval(renewScript, 2, key, `${key}:fencing`, holder, this.fencing, ttlMs);
    const kept = await withTimeout(asked, Math.ceil(ttlMs / 3), "no answer").catch(() => undefined);
    if (kept === 1) this.#renewedAt = at;
    else if (kept === 0 || !this.held) this.#lose();
  }

  #lose(): void {
    if (this.#lost || this.#scope.closed) return;
    this.#lost = true;
    this.#onLost?.();
    void this.#scope.close("lost");
  }
}
