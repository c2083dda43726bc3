import type { Readable } from "node:stream";
import ffmpeg from "fluent-ffmpeg";

/**
 * The only file that knows fluent-ffmpeg (archived upstream): every ffmpeg process of egress is started here. Arguments
 * are always an array, never a shell line; inputs are our own pipes and our own loopback hub, never a URL from a user.
 */

/** A running ffmpeg. `done` settles when the process has ended: resolved on success, rejected with its last words. */
export type FfmpegRun = {
  done: Promise<void>;
  /** Ends the process. `done` then rejects. */
  kill: () => void;
};

export type CopyProgress = {
  bitrateKbps: number;
  /** Pictures sent so far. */
  frames: number;
};

type Command = ReturnType<typeof ffmpeg>;

function run(command: Command): FfmpegRun {
  const done = new Promise<void>((resolve, reject) => {
    command.on("end", () => resolve());
    command.on("error", (error, _stdout, stderr) => {
      const words = (stderr ?? "").trim().split("\n").slice(-2).join(" | ");
      reject(new Error(words || error.message));
    });
  });
  // Owners look at `done` when they are ready to; until then it must not count as unhandled.
  done.catch(() => {});
  command.run();
  return { done, kill: () => command.kill("SIGKILL") };
}

/**
 * Copies fragmented MP4 from a stream into a plain MP4 whose index comes first, so that it plays while it loads.
 *
 * @param source `metadata`: file with its chapters, in ffmpeg's own format
 */
export function remuxToMp4(
  binary: string,
  source: { input: Readable; metadata: string },
  output: string,
): FfmpegRun {
  const command = ffmpeg({ source: source.input, logger: undefined })
    .setFfmpegPath(binary)
    .inputFormat("mp4")
    .input(source.metadata)
    .inputFormat("ffmetadata")
    .outputOptions(["-map", "0", "-map_chapters", "1", "-c", "copy", "-movflags", "+faststart", "-y"])
    .format("mp4")
    .output(output);
  return run(command);
}

/**
 * Copies a stream of the local hub to an RTMP server, as it is.
 *
 * @param target holds the destination's key: not to be logged
 */
export function copyToRtmp(
  binary: string,
  route: { source: string; target: string },
  onProgress: (progress: CopyProgress) => void,
): FfmpegRun {
  const command = ffmpeg(route.source)
    .setFfmpegPath(binary)
    // Nothing is guessed about a stream that is our own: measuring its frame rate would hold the first packets back for
    // as long as twenty frames take, and a compositor that is behind takes long over them.
    .inputOptions(["-fflags", "+nobuffer", "-fpsprobesize", "0", "-rw_timeout", "10000000"])
    .outputOptions([
      "-map",
      "0",
      "-c",
      "copy",
      "-rw_timeout",
      "10000000",
      "-flvflags",
      "no_duration_filesize",
    ])
    .format("flv")
    .output(route.target);
  command.on("progress", (progress: { currentKbps?: number; frames?: number }) =>
    onProgress({
      bitrateKbps: Math.max(0, Math.round(progress.currentKbps || 0)),
      frames: progress.frames || 0,
    }),
  );
  return run(command);
}

/**
 * Copies a track that grew by clusters into a file with an index and a length.
 *
 * @param onLength seconds of media, before `done` settles
 */
export function copyTrack(
  binary: string,
  file: string,
  output: string,
  onLength: (seconds: number) => void,
): FfmpegRun {
  const command = ffmpeg({ source: file, logger: undefined })
    .setFfmpegPath(binary)
    .inputFormat("matroska")
    .outputOptions(["-map", "0", "-c", "copy", "-y"])
    .outputOptions(output.endsWith(".mp4") ? ["-movflags", "+faststart", "-strict", "-2"] : [])
    .output(output);
  command.on("end", (_stdout: string | null, stderr: string | null) => {
    const marks = [...(stderr ?? "").matchAll(/time=(\d+):(\d\d):(\d\d(?:\.\d+)?)/g)];
    const [, hours, minutes, seconds] = marks.at(-1) ?? [];
    onLength(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0));
  });
  return run(command);
}

/**
 * Cuts thumbnails out of a file into sheets: the first picture of every `everySeconds`, so many in a row and so many rows.
 * Only key frames are decoded.
 *
 * @param pattern of the sheets, numbered from 1 by `%d`
 * @param onProgress seconds of the file done
 */
export function cutStoryboard(
  binary: string,
  cut: { file: string; everySeconds: number; columns: number; rows: number; width: number; height: number },
  pattern: string,
  onProgress: (seconds: number) => void,
): FfmpegRun {
  const { file, everySeconds, columns, rows, width, height } = cut;
  const filters = [
    // The first of each stretch; `fps` alone would keep the last. It fills stretches without a picture.
    `select='isnan(prev_selected_t)+gt(floor(t/${everySeconds}),floor(prev_selected_t/${everySeconds}))'`,
    `fps=fps=1/${everySeconds}:start_time=0:round=down:eof_action=pass`,
    `scale=${width}:${height}`,
    `tile=${columns}x${rows}`,
  ];
  const command = ffmpeg({ source: file, logger: undefined })
    .setFfmpegPath(binary)
    .inputOptions(["-skip_frame", "nokey", "-threads", "1"])
    .outputOptions(["-an", "-vf", filters.join(","), "-q:v", "4", "-threads", "1", "-y"])
    .format("image2")
    .output(pattern);
  command.on("progress", ({ timemark = "" }: { timemark?: string }) => {
    const [hours = 0, minutes = 0, seconds = 0] = timemark.split(":").map(Number);
    onProgress(hours * 3600 + minutes * 60 + (seconds || 0));
  });
  return run(command);
}
