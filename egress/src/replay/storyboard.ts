import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cutStoryboard } from "../ffmpeg/command.ts";
import { readFinished, recordingFile } from "../record/index.ts";
import type { Range } from "./playlist.ts";

/** One thumbnail every so often, ms. */
export const stepMs = 10_000;
/** Of a sheet; a thumbnail is 160 pixels wide and high enough for its picture. */
const columns = 5;
const rows = 5;
const width = 160;
const perSheet = columns * rows;

/** Beside the recording when its sheets are whole. */
export type Storyboard = { thumbnails: number; height: number };
const marker = "storyboard.json";
export const sheetName = (sheet: number): string => `storyboard-${sheet}.jpg`;
export const sheetPattern = /^storyboard-(\d{1,5})\.jpg$/;

/** What was made of a recording's folder; null: nothing yet. */
export async function readStoryboard(directory: string): Promise<Storyboard | null> {
  try {
    return JSON.parse(await readFile(join(directory, marker), "utf8")) as Storyboard;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Cuts the first picture of every ten seconds into sheets of 25. Only key frames are decoded. Safe to repeat after a crash.
 *
 * @returns null when there is no finished recording
 */
export async function makeStoryboard(
  directory: string,
  options: {
    ffmpegPath: string;
    size: { width: number; height: number };
    onProgress: (share: number) => void;
  },
): Promise<Storyboard | null> {
  const known = await readStoryboard(directory);
  if (known) return known;
  const finished = await readFinished(directory);
  if (!finished) return null;
  const height = 2 * Math.round((width * options.size.height) / options.size.width / 2);
  const run = cutStoryboard(
    options.ffmpegPath,
    { file: join(directory, recordingFile), everySeconds: stepMs / 1000, columns, rows, width, height },
    join(directory, "storyboard-new-%d.jpg"),
    (seconds) => options.onProgress(Math.min(1, (seconds * 1000) / Math.max(1, finished.durationMs))),
  );
  await run.done;
  for (const name of await readdir(directory)) {
    const made = /^storyboard-new-(\d+)\.jpg$/.exec(name);
    if (made) await rename(join(directory, name), join(directory, sheetName(Number(made[1]))));
  }
  const storyboard = { thumbnails: Math.max(1, Math.ceil(finished.durationMs / stepMs)), height };
  const unfinished = join(directory, `${marker}.new`);
  await writeFile(unfinished, JSON.stringify(storyboard), { flush: true });
  await rename(unfinished, join(directory, marker));
  return storyboard;
}

/** Thumbnails of a range as WebVTT: times are the recording's, each cue names its part of a sheet (Media Fragments §4.2.2). */
export function storyboardTrack({ thumbnails, height }: Storyboard, range: Range): string {
  const cues = ["WEBVTT"];
  for (let index = 0; index < thumbnails; index += 1) {
    const from = index * stepMs;
    if (from + stepMs <= range.from || (range.to !== null && from >= range.to)) continue;
    const place = index % perSheet;
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    const sheet = sheetName(Math.floor(index / perSheet) + 1);
    cues.push(`${time(from)} --> ${time(from + stepMs)}\n${sheet}#xywh=${x},${y},${width},${height}`);
  }
  return `${cues.join("\n\n")}\n`;
}

/** Whether a sheet holds anything of the range. */
export function sheetIsIn(sheet: number, { from, to }: Range): boolean {
  const begins = (sheet - 1) * perSheet * stepMs;
  return begins + perSheet * stepMs > from && (to === null || begins < to);
}

/** WebVTT timestamp, always with hours. */
function time(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const rest = String(ms % 1000).padStart(3, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${rest}`;
}
