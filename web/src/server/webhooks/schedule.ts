/** Waits between attempts, s: what is down for a moment hears soon, what is down for a day is not hammered. */
const waits = [5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600];
/** Given up this long after it happened, ms. */
export const giveUpMs = 3 * 24 * 3600_000;

type Tried = { createdAt: Date; attempts: number };

/**
 * When a delivery that failed at `now` is tried again; undefined when it is given up. `random` in [0, 1) spreads it by a
 * fifth in both directions, so that what failed together does not come back together.
 */
export function nextAttempt({ createdAt, attempts }: Tried, now: Date, random: number): Date | undefined {
  const wait = (waits[Math.min(attempts, waits.length - 1)] ?? 0) * 1000;
  const end = createdAt.getTime() + giveUpMs;
  if (now.getTime() >= end) return undefined;
  // The last attempt is at the end, not half a day before it.
  return new Date(Math.min(now.getTime() + wait * (0.8 + 0.4 * random), end));
}
