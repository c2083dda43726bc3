/**
 * Access to media is a short time that everybody shares: addresses are the same for all who watch, so that a cache serves
 * them, and whoever is not given the next one is out when theirs has passed (decision 017). Times are epoch ms.
 */
export type AccessPolicy = {
  /** All use one access for so long, s; boundaries are multiples of it, the same for every process. */
  bucketSeconds: number;
  /** The next one is given so long before it is used, s: an audience does not ask in one instant. */
  leadSeconds: number;
  /** It opens so long after its use: for what is held or retried, s. */
  graceSeconds: number;
};

/** The longest that somebody keeps access who is refused from now on: 2 minutes. */
export const liveAccess: AccessPolicy = { bucketSeconds: 60, leadSeconds: 40, graceSeconds: 20 };
/** 7 minutes: a recording is watched from caches for days, and each new access is a new address to them. */
export const replayAccess: AccessPolicy = { bucketSeconds: 300, leadSeconds: 60, graceSeconds: 60 };

export type AccessTimes = { fromMs: number; toMs: number; untilMs: number };

/** What somebody is given who asks at `nowMs`: the current access, and, when it is near, the next. */
export function accessTimes(
  { bucketSeconds, leadSeconds, graceSeconds }: AccessPolicy,
  nowMs: number,
): AccessTimes[] {
  const long = bucketSeconds * 1000;
  const fromMs = Math.floor(nowMs / long) * long;
  const times = (from: number): AccessTimes => ({
    fromMs: from,
    toMs: from + long,
    untilMs: from + long + graceSeconds * 1000,
  });
  const next = fromMs + long;
  return nowMs >= next - leadSeconds * 1000 ? [times(fromMs), times(next)] : [times(fromMs)];
}

/** The access to use at `nowMs`: the one whose turn it is, or one that still opens. Undefined: none does. */
export function accessNow<T extends AccessTimes>(given: readonly T[], nowMs: number): T | undefined {
  const open = given.filter(({ untilMs }) => untilMs > nowMs);
  return open.findLast(({ fromMs }) => fromMs <= nowMs) ?? open[0];
}

/**
 * When to ask for the next access, ms from now.
 *
 * @param random 0..1, so that an audience is spread over the lead
 */
export function askAgainIn(
  given: readonly AccessTimes[],
  clock: { nowMs: number; leadMs: number; random: number },
): number {
  const { nowMs, leadMs, random } = clock;
  const last = given.at(-1);
  if (!last) return 1000;
  return Math.max(1000, last.toMs - leadMs * (0.9 - 0.75 * random) - nowMs);
}
