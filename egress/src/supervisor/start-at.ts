/**
 * A clock that begins so far in the past is caught up with, ms. The first one further: a machine on which everybody has
 * just come in takes long to start a compositor, and the recording is as long as the webinar all the same.
 */
const maxCatchUpMs = { first: 15_000, later: 5000 };

type TimeLine = {
  liveAt: number;
  /** Where the programme so far ends, epoch ms; null while there is none. */
  endMs: number | null;
  playoutDelayMs: number;
};

/** When a new clock begins, epoch ms: where the time line ends, or where the webinar went live; never after `now`. */
export function startAt(now: number, { liveAt, endMs, playoutDelayMs }: TimeLine): number {
  const endsAt = endMs === null ? liveAt : endMs + playoutDelayMs;
  const furthest = now - maxCatchUpMs[endMs === null ? "first" : "later"];
  return Math.min(now, Math.max(Math.ceil(endsAt), furthest));
}
