/** What a viewer of the broadcast chose to see, and what that means for the levels there are. */

/** Automatic, a picture of so many lines, or the sound alone. */
export type Quality = "auto" | "audio" | number;

/** A level of the player: `index` is the player's own. */
export type Level = { index: number; height: number; label: string };

/** Levels as people look for them: one for each size, the largest first. */
export function levelsOf(levels: readonly { height: number; bitrate: number }[]): Level[] {
  return levels
    .map(({ height, bitrate }, index) => ({
      index,
      height,
      label: height > 0 ? `${height}p` : `${Math.round(bitrate / 1000)} kbit/s`,
    }))
    .sort((a, b) => b.height - a.height);
}

/** The level for a choice: that size, else the next smaller one, else the smallest; -1: by the network. */
export function levelFor(levels: readonly { height: number }[], quality: Quality): number {
  if (typeof quality !== "number" || levels.length === 0) return -1;
  const bySize = levels.map(({ height }, index) => ({ height, index })).sort((a, b) => b.height - a.height);
  return (bySize.find(({ height }) => height <= quality) ?? bySize.at(-1))?.index ?? -1;
}

const key = "rostrum:quality";

/** The choice of the last time; automatic when there was none, or the browser keeps nothing. */
export function rememberedQuality(): Quality {
  try {
    const text = localStorage.getItem(key) ?? "auto";
    if (text === "auto" || text === "audio") return text;
    return /^\d{3,4}$/.test(text) ? Number(text) : "auto";
  } catch {
    return "auto";
  }
}

export function rememberQuality(quality: Quality): void {
  try {
    localStorage.setItem(key, String(quality));
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
}

export type MomentKind = "poll" | "question" | "chapter";
/** Something that happened in the programme; `at` on the element's axis, seconds. */
export type Moment = { id: string; kind: MomentKind; at: number; title: string | null };

const kinds: Partial<Record<string, MomentKind>> = {
  "rostrum.poll": "poll",
  "rostrum.question": "question",
  "rostrum.chapter": "chapter",
};
/** More could not be told apart on a scrubber. */
const mostMoments = 40;

type DatedFragment = { start: number; duration: number; programDateTime: number | null };
type Range = { id: string; class: string; startDate: Date; attr: Partial<Record<string, string>> };

/**
 * The moments that EXT-X-DATERANGE tells of, by the fragments' own dates: across a discontinuity the player's axis and the
 * programme's time part. What lies before the first fragment, or behind the last, is left out.
 */
export function momentsOf(ranges: readonly Range[], fragments: readonly DatedFragment[]): Moment[] {
  return ranges
    .flatMap((range): Moment[] => {
      const kind = kinds[range.class];
      const at = kind && positionOf(range.startDate.getTime(), fragments);
      if (!kind || at === undefined) return [];
      return [{ id: range.id, kind, at, title: range.attr["X-ROSTRUM-TITLE"] ?? null }];
    })
    .sort((a, b) => a.at - b.at)
    .slice(-mostMoments);
}

function positionOf(dateMs: number, fragments: readonly DatedFragment[]): number | undefined {
  const fragment = fragments.findLast(
    ({ programDateTime }) => programDateTime !== null && programDateTime <= dateMs,
  );
  if (!fragment) return undefined;
  const into = (dateMs - (fragment.programDateTime ?? 0)) / 1000;
  // Within a hole: where it goes on.
  return fragment.start + Math.min(into, fragment.duration);
}
