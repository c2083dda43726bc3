import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";

type LeaseOptions = { redis: Redis; key: string; holder: string; ttlMs: number };
export type LeaseHolder = { holder: string; fencing: number };

const takeScript = `
local current = redis.call('GET', KEYS[1])
if current then
  local holder = cjson.decode(current).holder
  if holder ~= ARGV[1] then return nil end
end
local fencing = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], cjson.encode({holder = ARGV[1], fencing = fencing}), 'PX', ARGV[2])
return fencing`;

const renewScript = `
local current = redis.call('GET', KEYS[1])
if current then
  local lease = cjson.decode(current)
  if lease.fencing ~= tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], cjson.encode({holder = ARGV[1], fencing = tonumber(ARGV[2])}), 'PX', ARGV[3])
return 1`;

const releaseScript = `
local current = redis.call('GET', KEYS[1])
if current and cjson.decode(current).fencing == tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1`;

/**
 * The right to own something, for a limited time. The fencing number rises with every taking, so that whoever acts on
 * behalf of an older lease can be recognised. A lease that could not be renewed for its whole time is lost.
 */
export class Lease {
  readonly fencing: number;
  readonly #options: LeaseOptions;
  readonly #scope: Scope;
  #renewedAt = Date.now();
  #onLost: (() => void) | undefined;

  private constructor(options: LeaseOptions, fencing: number, scope: Scope) {
    this.#options = options;
    this.fencing = fencing;
    this.#scope = scope;
  }

  /** Undefined when somebody else holds it. Renewed until the scope closes, then released. */
  static async take(options: LeaseOptions & { scope: Scope }): Promise<Lease | undefined> {
    const { redis, key, holder, ttlMs } = options;
    const fencing = await redis.eval(takeScript, 2, key, `${key}:fencing`, holder, ttlMs);
    if (fencing === null) return undefined;
    const lease = new Lease(
      { redis, key, holder, ttlMs },
      Number(fencing),
      options.scope.child(`lease ${key}`),
    );
    lease.#keep();
    return lease;
  }

  static async peek(redis: Redis, key: string): Promise<LeaseHolder | undefined> {
    const value = await redis.get(key);
    return value === null ? undefined : (JSON.parse(value) as LeaseHolder);
  }

  onLost(act: () => void): void {
    this.#onLost = act;
  }

  async release(): Promise<void> {
    await this.#scope.close("released");
  }

  #keep(): void {
    const { redis, key, holder, ttlMs } = this.#options;
    this.#scope.add("release", async () => {
      await redis.eval(releaseScript, 1, key, this.fencing).catch(() => 0);
    });
    this.#scope.every(Math.floor(ttlMs / 3), "renew", async () => {
      const kept = await redis.eval(renewScript, 1, key, holder, this.fencing, ttlMs).catch(() => undefined);
      if (kept === 1) this.#renewedAt = Date.now();
      else if (kept === 0 || Date.now() - this.#renewedAt > ttlMs) {
        this.#onLost?.();
        void this.#scope.close("lost");
      }
    });
  }
}
