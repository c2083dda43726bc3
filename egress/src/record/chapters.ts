import type { TurnLine } from "./manifest.ts";

export type Chapter = { startMs: number; title: string };

/** Shorter turns belong to the chapter before: a chapter is something to jump to. */
const shortestMs = 20_000;

/** What is on the air: the break, a screen, or whoever speaks; null: nothing with a name. */
function titleOf(now: { speaker: string | null; sharing: string | null; layout: string }): string | null {
  if (now.layout === "slate") return "Break";
  return now.sharing === null ? now.speaker : `${now.sharing} shares a screen`;
}

/**
 * Chapters of a recording from who spoke, whose screen was shown and when there was a break.
 *
 * @param turns in any order, ms of the recording
 * @returns rising, the first at 0, none shorter than 20 s, no two in a row of the same title; empty when nothing had a name
 */
export function chaptersOf(turns: readonly TurnLine[], durationMs: number): Chapter[] {
  const now = { speaker: null as string | null, sharing: null as string | null, layout: "auto" };
  const moments: { startMs: number; title: string | null }[] = [];
  for (const turn of [...turns].sort((a, b) => a.atMs - b.atMs)) {
    if (turn.type === "layout") now.layout = turn.layout;
    else now[turn.type] = turn.name;
    const title = titleOf(now);
    if (turn.atMs < durationMs && title !== moments.at(-1)?.title)
      moments.push({ startMs: Math.max(0, Math.round(turn.atMs)), title });
  }
  const chapters: Chapter[] = [];
  for (const [index, { startMs, title }] of moments.entries()) {
    const endMs = moments[index + 1]?.startMs ?? durationMs;
    if (title === null || title === chapters.at(-1)?.title) continue;
    if (endMs - startMs < shortestMs) continue;
    chapters.push({ startMs: chapters.length === 0 ? 0 : startMs, title });
  }
  return chapters;
}

/** As ffmpeg reads them (ffmpeg-formats, "Metadata"). */
export function chapterMetadata(chapters: readonly Chapter[], durationMs: number): string {
  const escaped = (text: string): string => text.replace(/[\\=;#\n]/g, (character) => `\\${character}`);
  const blocks = chapters.map(({ startMs, title }, index) => {
    const endMs = chapters[index + 1]?.startMs ?? durationMs;
    return `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${startMs}\nEND=${endMs}\ntitle=${escaped(title)}\n`;
  });
  return `;FFMETADATA1\n${blocks.join("")}`;
}
