/**
 * Full-jitter back-off: a random wait between 0 and `min(capMs, baseMs * 2^attempt)`. `random` is in [0, 1). Attempt 0 waits
 * at most `baseMs`, so that a thousand clients of a dead node do not arrive at the next one together.
 */
export function backoffMs(
  attempt: number,
  random: number,
  options: { baseMs?: number; capMs?: number } = {},
): number {
  const { baseMs = 250, capMs = 5000 } = options;
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20)));
}
