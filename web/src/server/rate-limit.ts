import { hash } from "node:crypto";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "./services.ts";

const script = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

const countScript = `
local by = tonumber(ARGV[2])
if by == 0 then return {tonumber(redis.call('GET', KEYS[1]) or '0'), redis.call('PTTL', KEYS[1])} end
local count = redis.call('INCRBY', KEYS[1], by)
if count == by then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}`;

/**
 * Count a call: how many there were in this window, and when it ends. Nothing is counted while Redis is away. `by` 0 only
 * looks.
 */
export async function countRate(
  services: Services,
  key: string,
  windowMs: number,
  by: 0 | 1 = 1,
): Promise<{ count: number; resetMs: number }> {
  const counted = await services.redis
    .eval(countScript, 1, counterOf(services, key), windowMs, by)
    .catch(() => [0, windowMs]);
  const [count = 0, resetMs = windowMs] = counted as number[];
  return { count, resetMs: Math.max(0, resetMs) };
}
/** A window that is over is not begun again. */
const uncountScript =
  "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('DECR', KEYS[1]) end return 0";

/** Take a count back: the call came to nothing. */
export async function uncountRate(services: Services, key: string): Promise<void> {
  await services.redis.eval(uncountScript, 1, counterOf(services, key)).catch(() => 0);
}

/** Keys name addresses and links: what Redis keeps of them tells nobody who it was. */
export const counterOf = ({ config }: Services, key: string): string =>
  `rate:${hash("sha256", `rate:${config.ROSTRUM_SECRET}:${key}`, "base64url")}`;

/**
 * Refuse with rate.limited after `limit` calls per `windowMs` and key. While Redis is away nothing is limited: a limit
 * protects the service, it must not become an outage of its own.
 */
export async function limitRate(
  services: Services,
  key: string,
  rule: { limit: number; windowMs: number },
): Promise<void> {
  const count = await services.redis.eval(script, 1, counterOf(services, key), rule.windowMs).catch(() => 0);
  if (Number(count) > rule.limit)
    throw new RostrumError("rate.limited", "Too many attempts. Please wait a minute and try again.");
}
