import { spawn } from "node:child_process";
import { opusPacketsOf } from "./ogg.ts";

/** Length of an Opus packet: half as many packets as browsers send by default, so that two cores carry a thousand people. */
export const opusMs = 40;

export type ClipOptions = { width: number; height: number; fps: number; seconds: number; quantizer: number };

/** A looping piece of real H.264 and Opus, prepared so that any frame can begin a new group of pictures. */
export type Clip = {
  fps: number;
  length: number;
  /** The NAL units of frame `index` in the group of pictures that began at frame `keyAt`, an IDR when they are equal. */
  frame: (keyAt: number, index: number) => readonly Buffer[];
  /** Opus packets of `opusMs`. */
  audio: readonly Buffer[];
};

/**
 * Encode a clip `length` frames long once for every frame it could be entered at: a publisher that is asked for a key
 * frame goes over to the encoding that begins there, as an encoder would, and every decoder stays correct. One run of
 * x264 encodes them all. Constrained baseline, parameter sets in band, one slice a frame, no key frame by itself.
 */
export async function makeClip(options: ClipOptions): Promise<Clip> {
  const { width, height, fps, seconds } = options;
  const length = Math.round(fps * seconds);
  const size = `${width}x${height}`;
  const raw = await output(
    ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${fps}`],
    ["-frames:v", String(length), "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"],
  );
  const frameBytes = (width * height * 3) / 2;
  const source = Array.from({ length }, (_, i) => raw.subarray(i * frameBytes, (i + 1) * frameBytes));
  const starts: number[] = [];
  for (let keyAt = 0, total = 0; keyAt < length; total += length - keyAt, keyAt++) starts.push(total);
  const encoded = await output(
    ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", String(fps), "-i", "-"],
    encoderArguments(
      options,
      starts.map((start) => start / fps),
    ),
    source.flatMap((_, keyAt) => source.slice(keyAt)),
  );
  const frames = accessUnitsOf(encoded);
  const expected = (length * (length + 1)) / 2;
  if (frames.length !== expected) throw new Error(`x264 made ${frames.length} frames of ${expected}`);
  const audio = opusPacketsOf(
    await output(
      ["-f", "lavfi", "-i", "aevalsrc=exprs='0.3*pow(abs(sin(2*PI*2*t)),2)*sin(2*PI*220*t)':s=48000"],
      [
        ...`-t 8 -c:a libopus -b:a 24k -ac 1 -application voip -frame_duration ${opusMs} -f opus -`.split(
          " ",
        ),
      ],
    ),
  );
  return {
    fps,
    length,
    audio,
    frame: (keyAt, index) => frames[(starts[keyAt] ?? 0) + index - keyAt] ?? [],
  };
}

function encoderArguments({ quantizer }: ClipOptions, keyTimes: number[]): string[] {
  return [
    ..."-c:v libx264 -preset veryfast -tune zerolatency -profile:v baseline".split(" "),
    ...["-qp", String(quantizer), "-force_key_frames", keyTimes.map((time) => time.toFixed(6)).join(",")],
    ...["-x264-params", "keyint=infinite:scenecut=0:repeat-headers=1:aud=1:slices=1:sliced-threads=0"],
    ...["-f", "h264", "-"],
  ];
}

/** What ffmpeg writes, given what it shall read. */
async function output(input: string[], rest: string[], stdin: Buffer[] = []): Promise<Buffer> {
  const child = spawn("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", ...input, ...rest], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", reject);
  });
  child.stdin.on("error", () => undefined);
  for (const chunk of stdin) {
    if (!child.stdin.write(chunk)) await new Promise((resolve) => child.stdin.once("drain", resolve));
  }
  child.stdin.end();
  const code = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return Buffer.concat(chunks);
}

const delimiterType = 9;

/** NAL units of an Annex B stream by access unit; the delimiters that part them are left out (they are not sent). */
export function accessUnitsOf(stream: Buffer): Buffer[][] {
  const units: Buffer[][] = [];
  for (const nal of nalUnitsOf(stream)) {
    if (((nal[0] ?? 0) & 0x1f) === delimiterType) units.push([]);
    else units.at(-1)?.push(nal);
  }
  return units;
}

function nalUnitsOf(stream: Buffer): Buffer[] {
  const startCode = Buffer.from([0, 0, 1]);
  const units: Buffer[] = [];
  let from = stream.indexOf(startCode);
  while (from >= 0) {
    const next = stream.indexOf(startCode, from + 3);
    let to = next < 0 ? stream.length : next;
    while (to > from + 3 && stream[to - 1] === 0) to--;
    units.push(stream.subarray(from + 3, to));
    from = next;
  }
  return units;
}
