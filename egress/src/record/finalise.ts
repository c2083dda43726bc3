import { createReadStream } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Log } from "@rostrum/platform";
import { remuxToMp4 } from "../ffmpeg/command.ts";
import { initName, segmentName } from "../hls/index.ts";
import { type Chapter, chapterMetadata, chaptersOf } from "./chapters.ts";
import type { Past } from "./recorder.ts";

/** A finished recording, also kept as `recording.json` beside the file. */
export type FinishedRecording = {
  durationMs: number;
  bytes: number;
  /** Programme time of the first picture, epoch ms; missing in recordings that were made before it was kept. */
  startedAt?: number;
  chapters?: Chapter[];
};

export const recordingFile = "recording.mp4";

/**
 * Joins the segments of all runs into one MP4 with its index first. All runs share one time line and one coding, so
 * fragments simply follow one another: what is missing between them is missing in the file, at its place. The segments
 * stay: the replay plays them (decision 015). Safe to repeat after a crash.
 *
 * @returns null when nothing was recorded
 */
export async function finaliseRecording(
  directory: string,
  past: Past,
  options: { ffmpegPath: string; log: Log; onProgress?: (share: number) => void },
): Promise<FinishedRecording | null> {
  const known = await readFinished(directory);
  if (known) return known;
  const firstRun = past.runs.find((line) => line.run === past.segments[0]?.run);
  if (!firstRun || past.segments.length === 0) return null;
  const unfinished = join(directory, "recording.partial.mp4");
  const input = Readable.from(
    readAll(directory, { run: firstRun.run, past, onProgress: options.onProgress }),
  );
  const length = durationMs(past);
  const chapters = chaptersOf(past.turns, length);
  const metadata = join(directory, "chapters.txt");
  await writeFile(metadata, chapterMetadata(chapters, length));
  await remuxToMp4(options.ffmpegPath, { input, metadata }, unfinished).done;
  await rm(metadata, { force: true });
  const { size } = await stat(unfinished);
  const finished = {
    durationMs: length,
    bytes: size,
    startedAt: Math.round(past.segments[0]?.programmeMs ?? 0),
    chapters,
  };
  await rename(unfinished, join(directory, recordingFile));
  await writeFile(join(directory, "recording.json"), JSON.stringify(finished), { flush: true });
  options.log.info({ durationMs: length, bytes: size, chapters: chapters.length }, "the recording is ready");
  return finished;
}

/** From the first picture to the end of the last segment, gaps included. */
export function durationMs(past: Past): number {
  const first = past.segments[0];
  const last = past.segments.at(-1);
  if (!first || !last) return 0;
  return Math.round(last.programmeMs + last.duration * 1000 - first.programmeMs);
}

async function* readAll(
  directory: string,
  source: { run: number; past: Past; onProgress: ((share: number) => void) | undefined },
): AsyncGenerator<Buffer> {
  const { run, past, onProgress } = source;
  yield await readFile(join(directory, initName(run)));
  for (const [index, segment] of past.segments.entries()) {
    for await (const chunk of createReadStream(join(directory, segmentName(segment.sequence))))
      yield chunk as Buffer;
    onProgress?.((index + 1) / past.segments.length);
  }
}

export async function readFinished(directory: string): Promise<FinishedRecording | null> {
  try {
    const found = JSON.parse(await readFile(join(directory, "recording.json"), "utf8")) as FinishedRecording;
    await stat(join(directory, recordingFile));
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}
