import type { SpeakerLine } from "./manifest.ts";

export type Chapter = { startMs: number; title: string };

/** Shorter turns belong to the chapter before: a chapter is something to jump to. */
const shortestMs = 20_000;

/**
 * Chapters of a recording from who spoke when.
 *
 * @param speakers in any order, ms of the recording
 * @returns rising, the first at 0, none shorter than 20 s, no two in a row of the same person; empty when nobody was named
 */
export function chaptersOf(speakers: readonly SpeakerLine[], durationMs: number): Chapter[] {
  const turns = speakers
    .filter(({ atMs }) => atMs < durationMs)
    .map(({ atMs, name }) => ({ startMs: Math.max(0, Math.round(atMs)), title: name }))
    .sort((a, b) => a.startMs - b.startMs);
  const chapters: Chapter[] = [];
  for (const [index, { startMs, title }] of turns.entries()) {
    const endMs = turns[index + 1]?.startMs ?? durationMs;
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
