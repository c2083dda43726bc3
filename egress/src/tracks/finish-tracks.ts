import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyTrack } from "../ffmpeg/command.ts";
import { partName, readTrackList, type TrackLine, trackName } from "./track-list.ts";

export type FinishedTrack = TrackLine & { file: string; durationMs: number; bytes: number };

/**
 * Gives each track an index and a length, without coding anything again. What a crash has cut off loses its last cluster.
 * Safe to repeat: a track that is finished is found finished.
 *
 * @param onTrack after each; those without any media are left out
 */
export async function finishTracks(
  directory: string,
  ffmpegPath: string,
  onTrack: (track: FinishedTrack, share: number) => Promise<void>,
): Promise<void> {
  const lines = await readTrackList(directory);
  for (const [index, line] of lines.entries()) {
    const track = (await readFinishedTrack(directory, line)) ?? (await finish(directory, ffmpegPath, line));
    if (track) await onTrack(track, (index + 1) / lines.length);
  }
}

/** Those that are finished. */
export async function readFinishedTracks(directory: string): Promise<FinishedTrack[]> {
  const lines = await readTrackList(directory);
  const found = await Promise.all(lines.map((line) => readFinishedTrack(directory, line)));
  return found.filter((track) => track !== null);
}

const noteName = ({ trackId }: TrackLine): string => `track-${trackId}.json`;

async function readFinishedTrack(directory: string, line: TrackLine): Promise<FinishedTrack | null> {
  try {
    return JSON.parse(await readFile(join(directory, noteName(line)), "utf8")) as FinishedTrack;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @returns null when there is nothing in it */
async function finish(directory: string, ffmpegPath: string, line: TrackLine): Promise<FinishedTrack | null> {
  const part = join(directory, partName(line.trackId));
  const has = await stat(part).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  // A header alone: it ended before its first cluster.
  if (!has || has.size < 1024) return null;
  const file = trackName(line);
  const unfinished = join(directory, `new-${file}`);
  let seconds = 0;
  const onLength = (length: number): void => {
    seconds = length;
  };
  await copyTrack(ffmpegPath, part, unfinished, onLength).done;
  const { size } = await stat(unfinished);
  await rename(unfinished, join(directory, file));
  const track = { ...line, file, durationMs: Math.round(seconds * 1000), bytes: size };
  await writeFile(join(directory, noteName(line)), JSON.stringify(track), { flush: true });
  await rm(part, { force: true });
  return track;
}
