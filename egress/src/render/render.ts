import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { LayoutName } from "@rostrum/protocol";
import { remuxToMp4 } from "../ffmpeg/command.ts";
import { Labels, nextTurn, VideoMixer } from "../mix/index.ts";
import { Compositor, Output, type Tuning } from "../programme/index.ts";
import { chapterMetadata, readFinished } from "../record/index.ts";
import type { FinishedTrack } from "../tracks/index.ts";
import { StageOfTracks } from "./stage-of-tracks.ts";

export type RenderOptions = {
  /** Holds the recording and its separate tracks. */
  directory: string;
  tracks: readonly FinishedTrack[];
  layout: LayoutName;
  title: string;
  /** What is written over an empty stage; English without. */
  slates?: { soon: string; back: string } | undefined;
  /** Name of the file to be made there. */
  file: string;
  tuning: Tuning;
  ffmpegPath: string;
  onProgress: (share: number) => void;
  /** Asked after each picture; waited for. */
  mayGoOn?: () => Promise<void> | undefined;
  signal: AbortSignal;
};

/**
 * Makes the recording once more in another layout, from the separate tracks, by the live programme's own compositor on a clock
 * that goes as fast as the machine allows. Nothing is left of one that was aborted or failed.
 *
 * @returns its length and size
 * @throws when there is no recording, when it was aborted, or when encoding fails
 */
export async function render(options: RenderOptions): Promise<{ durationMs: number; bytes: number }> {
  const { directory, file, ffmpegPath, signal } = options;
  const recording = await readFinished(directory);
  if (!recording) throw new Error("there is no finished recording");
  const { durationMs, chapters = [] } = recording;
  // Of this process: one that is still cleaning up after its desk has died is in nobody's way.
  const unfinished = join(directory, `new-${process.pid}-${file}`);
  const metadata = `${unfinished}.txt`;
  const fragments = new PassThrough();
  await writeFile(metadata, chapterMetadata(chapters, durationMs));
  const copying = remuxToMp4(ffmpegPath, { input: fragments, metadata }, unfinished);
  try {
    await compose(options, { durationMs, into: fragments, broken: copying.done });
    fragments.end();
    await copying.done;
    signal.throwIfAborted();
    await rename(unfinished, join(directory, file));
    return { durationMs, bytes: (await stat(join(directory, file))).size };
  } finally {
    // Also where the copy has not begun yet, and so cannot be killed.
    fragments.end();
    copying.kill();
    await copying.done.catch(() => undefined);
    await rm(metadata, { force: true });
    await rm(unfinished, { force: true });
  }
}

type Film = {
  durationMs: number;
  into: PassThrough /** Rejects when nothing can be written any more. */;
  broken: Promise<void>;
};

async function compose(options: RenderOptions, { durationMs, into, broken }: Film): Promise<void> {
  const { directory, tracks, layout, title, slates, signal, onProgress, mayGoOn } = options;
  const direction = { title, layout, slates, rtmpUrl: null };
  // One file, of one size.
  const tuning: Tuning = { ...options.tuning, rungs: [] };
  const stage = new StageOfTracks(directory, tracks);
  const mixer = new VideoMixer(tuning, new Labels(tuning.fontFile, () => undefined));
  const output = new Output({
    start: {
      type: "start",
      webinarId: randomUUID(),
      epoch: randomUUID(),
      logLevel: "silent",
      tuning,
      direction,
      startAt: 0,
      baseMs: 0,
      tracksDirectory: directory,
    },
    onPart: ({ bytes }) => void into.write(bytes),
  });
  into.write(output.init);
  let now = 0;
  const compositor = new Compositor({
    tuning,
    direction,
    stage,
    mixer,
    output,
    onTurn: () => undefined,
    startedAt: 0,
    clock: {
      now: () => now,
      until: async (instant) => {
        now = instant;
        stage.advanceTo(now);
        onProgress(Math.min(1, now / durationMs));
        // Also lets the abort be seen; what the disk has not taken is waited for.
        if (into.writableNeedDrain) await Promise.race([once(into, "drain"), broken]);
        else await nextTurn();
        await mayGoOn?.();
        signal.throwIfAborted();
      },
    },
  });
  compositor.endAt(durationMs);
  try {
    await compositor.run(signal);
    signal.throwIfAborted();
  } finally {
    output.close();
    compositor.close();
    mixer.close();
    stage.close();
  }
}
