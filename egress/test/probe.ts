import { execute } from "./media.ts";

export type Stream = {
  codec_name: string;
  duration: string;
  nb_frames: string;
  width?: number;
  height?: number;
};

export async function probe(url: string): Promise<{ duration: number; streams: Stream[] }> {
  const out = await execute("ffprobe", ["-v", "error", "-show_format", "-show_streams", "-of", "json", url]);
  const { format, streams } = JSON.parse(out.toString()) as {
    format: { duration: string };
    streams: Stream[];
  };
  return { duration: Number(format.duration), streams };
}

/** Presentation times in seconds of all packets of a stream, `v` or `a`, in order. */
export async function times(url: string, stream: "v" | "a"): Promise<number[]> {
  const args = [
    "-v",
    "error",
    "-select_streams",
    stream,
    "-show_entries",
    "packet=pts_time",
    "-of",
    "csv=p=0",
    url,
  ];
  const out = await execute("ffprobe", args);
  return out
    .toString()
    .split("\n")
    .map((line) => Number.parseFloat(line))
    .filter((time) => Number.isFinite(time))
    .sort((a, b) => a - b);
}

export type Rgb = [number, number, number];

/**
 * A file's pictures as RGB. `at(picture, x, y)`: x, y in 0..1.
 *
 * @param fps pictures a second
 * @param part only these seconds of it
 */
export async function pictures(
  url: string,
  fps = 10,
  part?: { from: number; to: number },
): Promise<{ count: number; at: (n: number, x: number, y: number) => Rgb }> {
  const [width, height] = [160, 90];
  const filter = `fps=${fps},scale=${width}:${height}:flags=area`;
  const raw = await execute("ffmpeg", [
    "-v",
    "error",
    ...(part ? ["-ss", String(part.from), "-to", String(part.to)] : []),
    "-i",
    url,
    "-vf",
    filter,
    "-pix_fmt",
    "rgb24",
    "-f",
    "rawvideo",
    "-",
  ]);
  const size = width * height * 3;
  return {
    count: Math.floor(raw.length / size),
    at: (n, x, y) => {
      const offset = n * size + (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
      return [raw[offset] ?? 0, raw[offset + 1] ?? 0, raw[offset + 2] ?? 0];
    },
  };
}

/** Loudness of a file in windows of 5 ms, 0..1. */
export async function loudness(url: string): Promise<{ windowMs: number; levels: number[] }> {
  const raw = await execute("ffmpeg", [
    "-v",
    "error",
    "-i",
    url,
    "-ac",
    "1",
    "-ar",
    "48000",
    "-f",
    "f32le",
    "-",
  ]);
  const samples = new Float32Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 4));
  const window = 240;
  const levels = Array.from({ length: Math.floor(samples.length / window) }, (_, index) =>
    samples
      .subarray(index * window, (index + 1) * window)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  return { windowMs: 5, levels };
}

/** Instants, ms, at which a level rises through `threshold` after staying under it for `quietMs`. */
export function onsets(
  levels: readonly number[],
  windowMs: number,
  threshold: number,
  quietMs = 200,
): number[] {
  const found: number[] = [];
  let quietFor = Number.POSITIVE_INFINITY;
  for (const [index, level] of levels.entries()) {
    if (level >= threshold) {
      if (quietFor >= quietMs) found.push(index * windowMs);
      quietFor = 0;
    } else quietFor += windowMs;
  }
  return found;
}

export const isRed = ([r, g, b]: Rgb): boolean => r > 150 && g < 90 && b < 90;
export const isGreen = ([r, g, b]: Rgb): boolean => g > 90 && r < 90 && b < 90;
export const isBlue = ([r, g, b]: Rgb): boolean => b > 150 && r < 90 && g < 90;

/** The longest stretch under `threshold` between the first sound and the last, ms. */
export function longestQuiet(
  sound: { windowMs: number; levels: readonly number[] },
  threshold: number,
): number {
  let longest = 0;
  let last: number | null = null;
  for (const [index, level] of sound.levels.entries()) {
    if (level < threshold) continue;
    if (last !== null) longest = Math.max(longest, index - last - 1);
    last = index;
  }
  return longest * sound.windowMs;
}

/** Integrated loudness of a file from a second on, LUFS, by ffmpeg's EBU R128 meter. */
export async function lufsOf(url: string, from: number): Promise<number> {
  const print = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-";
  const args = ["-v", "error", "-ss", String(from), "-i", url, "-vn", "-af", print, "-f", "null", "-"];
  const out = (await execute("ffmpeg", args)).toString();
  return Number.parseFloat(out.match(/r128\.I=(\S+)\s*$/)?.[1] ?? "NaN");
}
