/** What the player of a recording decides, as pure functions. Ms of the recording unless they say otherwise. */

export type ReplayCommand =
  | {
      do: "toggle-play" | "toggle-mute" | "full-screen" | "picture-in-picture" | "captions" | "start" | "end";
    }
  | { do: "seek"; by: number }
  | { do: "part"; tenths: number };

const commands: Record<string, ReplayCommand> = {
  " ": { do: "toggle-play" },
  k: { do: "toggle-play" },
  m: { do: "toggle-mute" },
  f: { do: "full-screen" },
  p: { do: "picture-in-picture" },
  c: { do: "captions" },
  j: { do: "seek", by: -10_000 },
  l: { do: "seek", by: 10_000 },
  ArrowLeft: { do: "seek", by: -5000 },
  ArrowRight: { do: "seek", by: 5000 },
  Home: { do: "start" },
  End: { do: "end" },
};

/** The keys of the player, wherever on the page they are pressed; those of a form, a button or a list stay theirs. */
export function replayCommand(
  key: string,
  on: { tag: string; type?: string; role?: string },
): ReplayCommand | null {
  const isSlider = on.tag === "INPUT" && on.type === "range";
  const isCheck = on.tag === "INPUT" && on.type === "checkbox";
  if (on.tag === "TEXTAREA" || on.tag === "SELECT" || (on.tag === "INPUT" && !isSlider && !isCheck))
    return null;
  const presses = on.tag === "BUTTON" || on.tag === "A" || on.tag === "SUMMARY" || isCheck;
  if ((key === " " || key === "Enter") && presses) return null;
  if (on.role === "tab" && /^(Arrow|Home|End)/.test(key)) return null;
  if (/^[0-9]$/.test(key)) return { do: "part", tenths: Number(key) };
  return commands[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** How many of a list in order of time have happened. */
export function happened(list: readonly { atMs: number }[], positionMs: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.atMs ?? 0) <= positionMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type Thumbnail = {
  fromMs: number;
  toMs: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
};

/** Thumbnails of a WebVTT track, each cue a part of a sheet (`#xywh=`, Media Fragments §4.2.2). */
export function parseThumbnails(text: string): Thumbnail[] {
  const cue =
    /(\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d+):(\d\d):(\d\d)\.(\d{3})\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  return [...text.matchAll(cue)].map((match) => {
    const number = (index: number): number => Number(match[index]);
    const time = (at: number): number =>
      ((number(at) * 60 + number(at + 1)) * 60 + number(at + 2)) * 1000 + number(at + 3);
    const [x, y, width, height] = [number(10), number(11), number(12), number(13)];
    return { fromMs: time(1), toMs: time(5), sheet: match[9] ?? "", x, y, width, height };
  });
}

export const thumbnailAt = (thumbnails: readonly Thumbnail[], ms: number): Thumbnail | undefined =>
  thumbnails.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs) ?? thumbnails.at(-1);

/** Seconds in an address (`?t=123`, `?t=123.5`), null when there are none. */
export function startOf(search: string): number | null {
  const text = new URLSearchParams(search).get("t");
  return text !== null && /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : null;
}

/** Too near to an end to be a place to go on from. */
const startsOverWithin = 10_000;

/** Where to begin: where the address says (seconds from the beginning of what is shown), else where they left off. */
export function beginAt(
  wish: { seconds: number | null; leftAtMs: number | null },
  { fromMs, toMs }: { fromMs: number; toMs: number },
): { ms: number; resumed: boolean } {
  const inside = (ms: number): number => Math.min(Math.max(fromMs, ms), Math.max(fromMs, toMs - 500));
  if (wish.seconds !== null) return { ms: inside(fromMs + wish.seconds * 1000), resumed: false };
  const { leftAtMs } = wish;
  const worth =
    leftAtMs !== null && leftAtMs > fromMs + startsOverWithin && leftAtMs < toMs - startsOverWithin;
  return worth ? { ms: leftAtMs, resumed: true } : { ms: fromMs, resumed: false };
}

/** The chapter that a moment is in, by its number; -1 where there are none. */
export const chapterAt = (chapters: readonly { startMs: number }[], ms: number): number =>
  chapters.findLastIndex(({ startMs }) => startMs <= ms);
