/** Rules of the replay: when it is open, its chapters, and what of it somebody watched. Ms of the recording throughout. */

export type ReplayTimes = {
  /** Epoch ms; null: not published. */
  publishedAt: number | null;
  availableFrom: number | null;
  availableUntil: number | null;
};
export type ReplayDoor = "closed" | "soon" | "open" | "over";

/** Whether people may come in at `now`. */
export function replayDoor(
  { publishedAt, availableFrom, availableUntil }: ReplayTimes,
  now: number,
): ReplayDoor {
  if (publishedAt === null) return "closed";
  if (availableUntil !== null && now >= availableUntil) return "over";
  return availableFrom !== null && now < availableFrom ? "soon" : "open";
}

/** What is published of a recording. */
export type ReplayRange = { fromMs: number; toMs: number };

/** The range inside the recording, whatever was set: a recording may turn out shorter than its host thought. */
export function replayRange(
  trim: { trimStartMs: number; trimEndMs: number | null },
  durationMs: number,
): ReplayRange {
  const toMs = Math.min(durationMs, trim.trimEndMs ?? durationMs);
  return trim.trimStartMs < toMs ? { fromMs: trim.trimStartMs, toMs } : { fromMs: 0, toMs: durationMs };
}

export type ReplayChapter = { startMs: number; title: string };

/** A found chapter this near to a mark is what the mark is about. */
const nearMs = 10_000;

/**
 * Chapters of a range: the marks that people set, and between them what was found. They rise, the first begins with the
 * range, as `beginning` when nobody named it, and there are none when nothing has a name.
 */
export function replayChapters(
  found: readonly ReplayChapter[],
  marks: readonly ReplayChapter[],
  { fromMs, toMs, beginning }: ReplayRange & { beginning: string },
): ReplayChapter[] {
  const apart = found.filter(({ startMs }) =>
    marks.every((mark) => Math.abs(mark.startMs - startMs) > nearMs),
  );
  const all = [...apart, ...marks].sort((a, b) => a.startMs - b.startMs);
  const begun = all.filter(({ startMs }) => startMs <= fromMs).at(-1);
  const later = all.filter(({ startMs }) => startMs > fromMs && startMs < toMs);
  if (!begun && later.length === 0) return [];
  return [{ startMs: fromMs, title: begun?.title ?? beginning }, ...later];
}

/** A stretch that was watched without a break. */
export type Watched = { id: string; fromMs: number; toMs: number };

/** What a player knows of what was watched. `untold`: stretches that have grown since they were told. */
export type Watching = {
  current: Watched | null;
  untold: readonly Watched[];
  positionMs: number;
  at: number;
};
export const notWatching: Watching = { current: null, untold: [], positionMs: 0, at: 0 };

/** Between two looks a picture may be off its clock by this much, ms, and still be the same stretch. */
const slackMs = 1500;

/**
 * A look at the player, to be taken a few times a second. A stretch grows while the picture moves as fast as it should, and
 * ends with a jump or a pause.
 *
 * @param look `at`: any one clock, ms; `rate`: of the picture; `id`: of a stretch, should one begin
 */
export function watch(
  was: Watching,
  look: { positionMs: number; playing: boolean; rate: number; at: number; id: string },
): Watching {
  const { positionMs, playing, rate, at } = look;
  const next = { ...was, positionMs, at };
  if (!playing) return { ...next, current: null };
  if (!was.current) return { ...next, current: { id: look.id, fromMs: positionMs, toMs: positionMs } };
  const moved = positionMs - was.positionMs;
  const due = (at - was.at) * rate;
  if (moved < -50 || moved > due + slackMs)
    return { ...next, current: { id: look.id, fromMs: positionMs, toMs: positionMs } };
  if (moved <= 0) return next;
  const current = { ...was.current, toMs: Math.max(was.current.toMs, positionMs) };
  return { ...next, current, untold: [...was.untold.filter(({ id }) => id !== current.id), current] };
}

/** They were stored as told. What has grown meanwhile stays untold. */
export function told(was: Watching, stored: readonly Watched[]): Watching {
  const untold = was.untold.filter(
    ({ id, toMs }) => !stored.some((span) => span.id === id && span.toMs >= toMs),
  );
  return { ...was, untold };
}
