/** Captions as text: WebVTT (W3C) and SubRip, written and read. Times in ms from the beginning of the media. */

export type CaptionCue = { fromMs: number; toMs: number; text: string };

const two = (value: number): string => String(value).padStart(2, "0");
function clock(ms: number, mark: "." | ","): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = Math.floor(whole / 1000);
  const rest = String(whole % 1000).padStart(3, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${mark}${rest}`;
}

/** Nothing of a text may end its cue, begin another, or be read as a tag. */
const lineOf = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const cueText = (text: string): string => lineOf(text).replace(/[&<>]/g, (sign) => escapes[sign] ?? sign);

/** @param head further lines of the header, e.g. `X-TIMESTAMP-MAP` (RFC 8216 §3.5) */
export function writeVtt(cues: readonly CaptionCue[], head: readonly string[] = []): string {
  const blocks = cues.map(
    ({ fromMs, toMs, text }) => `${clock(fromMs, ".")} --> ${clock(toMs, ".")}\n${cueText(text)}`,
  );
  return `${[["WEBVTT", ...head].join("\n"), ...blocks].join("\n\n")}\n`;
}

export function writeSrt(cues: readonly CaptionCue[]): string {
  return cues
    .map(
      ({ fromMs, toMs, text }, index) =>
        `${index + 1}\n${clock(fromMs, ",")} --> ${clock(toMs, ",")}\n${lineOf(text)}\n`,
    )
    .join("\n");
}

const timing =
  /^(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})\s+-->\s+(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})/;
const entities: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&nbsp;": " ",
  "&lrm;": "",
  "&rlm;": "",
};

/**
 * Reads WebVTT or SubRip. Styles, notes, positions and tags are left out; what cannot be read as a cue is passed over.
 *
 * @returns in order of time; empty when it is neither
 */
export function readCaptions(file: string): CaptionCue[] {
  const cues: CaptionCue[] = [];
  for (const block of file
    .replace(/^\ufeff/, "")
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n")
    .split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => timing.test(line));
    const match = at < 0 || at > 1 ? null : timing.exec(lines[at] ?? "");
    if (!match) continue;
    const number = (index: number): number => Number(match[index] ?? 0);
    const ms = (from: number): number =>
      ((number(from) * 60 + number(from + 1)) * 60 + number(from + 2)) * 1000 + number(from + 3);
    const text = lineOf(
      lines
        .slice(at + 1)
        .join("\n")
        .replace(/<[^>]*>/g, "")
        .replace(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (entity) => entities[entity] ?? entity),
    );
    const [fromMs, toMs] = [ms(1), ms(5)];
    if (text !== "" && toMs > fromMs) cues.push({ fromMs, toMs, text });
  }
  return cues.sort((a, b) => a.fromMs - b.fromMs);
}

/** How long a line that comes without an end stays, ms: to be read, and not so long that it is in the way. */
export const readingMs = (text: string): number => Math.min(7000, Math.max(2000, 1000 + text.length * 60));
