/** When an edge is too busy, and who then watches the broadcast in place of WebRTC. */
export const reliefRules = {
  /** Share of one core by the busiest media worker. */
  workerCpu: 0.97,
  /** p99 of the event loop, ms. */
  eventLoopDelayMs: 500,
  /** It must last: a stampede of joins is no reason to send people away. */
  lastsMs: 8000,
  /** Moved at a time, as a share of those who receive here; then it is looked at again. */
  share: 0.05,
} as const;

export type Receiver = {
  id: string;
  /** Nothing that arrives is looked at. */
  idle: boolean;
  /** When they last asked, voted, or raised a hand; 0 when never. Epoch ms. */
  engagedAt: number;
  joinedAt: number;
};

/** Since when an edge is overloaded, ms; null while it is not. */
export function overloadedSince(
  before: number | null,
  load: { workerCpu: number; eventLoopDelayMs: number },
  now: number,
): number | null {
  const over = load.workerCpu > reliefRules.workerCpu || load.eventLoopDelayMs > reliefRules.eventLoopDelayMs;
  return over ? (before ?? now) : null;
}

/** Who moves to the broadcast now: those who look away first, then those least engaged, then those who came last. */
export function chooseRelief(
  receivers: readonly Receiver[],
  since: number | null,
  now: number,
): readonly Receiver[] {
  if (since === null || now - since < reliefRules.lastsMs) return [];
  const count = Math.ceil(receivers.length * reliefRules.share);
  return receivers
    .toSorted(
      (a, b) =>
        Number(b.idle) - Number(a.idle) ||
        a.engagedAt - b.engagedAt ||
        b.joinedAt - a.joinedAt ||
        a.id.localeCompare(b.id),
    )
    .slice(0, count);
}
