import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * What the compositor costs and how steady it is. It is measured over its own wire by `egress/test/bench.ts`, a process of
 * its own; here it is set against a bare ffmpeg that does the same decoding, scaling, overlaying and encoding from files.
 */

type CpuOptions = { short: boolean };

export type ProgrammeCpu = {
  /** Compositor's processor time over ffmpeg's, by number of sources. */
  cpuRatioVsFfmpeg: Record<string, number> | null;
  maxFrameGapFrames: number | null;
  avOffsetStartMs: number | null;
  avOffsetEndMs: number | null;
  rssGrowthMb: number | null;
  layoutSwitchFrames: number | null;
  recordingLossSegments: number | null;
};

/** Before anything has been measured. */
export const noCompositor: ProgrammeCpu = {
  cpuRatioVsFfmpeg: null,
  maxFrameGapFrames: null,
  avOffsetStartMs: null,
  avOffsetEndMs: null,
  rssGrowthMb: null,
  layoutSwitchFrames: null,
  recordingLossSegments: null,
};

const driver = fileURLToPath(new URL("../../../egress/test/bench.ts", import.meta.url));
const preset = "superfast";
const framesPerSecond = 30;

const say = (text: string): void => {
  process.stderr.write(`programme: ${text}\n`);
};

/** Runs a command to its end and gives its output. */
function capture(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let out = "";
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString();
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ${args[0] ?? ""} ended with ${code}`));
    });
  });
}

/** One part of the driver's work. */
export async function drive<T>(wish: object, timeoutMs: number): Promise<T> {
  const out = await capture(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", driver, JSON.stringify(wish)],
    timeoutMs,
  );
  return JSON.parse(out.trim().split("\n").at(-1) ?? "null") as T;
}

const cpuSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** Columns and rows of the same grid that the compositor draws. */
const gridOf = (sources: number): { columns: number; rows: number } =>
  sources === 1 ? { columns: 1, rows: 1 } : { columns: 2, rows: Math.ceil(sources / 2) };

/** What ffmpeg is told: every input decoded, scaled to its tile, laid on a background; sound mixed; all encoded once. */
function bareArguments(clip: string, sources: number): string[] {
  const { columns } = gridOf(sources);
  const width = sources === 1 ? 1280 : 622;
  const height = sources === 1 ? 720 : 350;
  const gap = sources === 1 ? 0 : 12;
  const top = sources === 2 ? 185 : gap;
  const inputs = Array.from({ length: sources }, () => ["-re", "-stream_loop", "-1", "-i", clip]).flat();
  const scaled = Array.from(
    { length: sources },
    (_, index) => `[${index}:v]scale=${width}:${height}:flags=fast_bilinear[t${index}]`,
  );
  const laid = Array.from({ length: sources }, (_, index) => {
    const x = gap + (index % columns) * (width + gap);
    const y = top + Math.floor(index / columns) * (height + gap);
    const from = index === 0 ? "[back]" : `[o${index}]`;
    return `${from}[t${index}]overlay=${x}:${y}:shortest=1[o${index + 1}]`;
  });
  const back = `color=c=0x0e121a:size=1280x720:rate=${framesPerSecond}[back]`;
  const sounds = Array.from({ length: sources }, (_, index) => `[${index}:a]`).join("");
  const mix = sources === 1 ? `${sounds}anull[sound]` : `${sounds}amix=inputs=${sources}[sound]`;
  const picture = [back, ...scaled, ...laid];
  return [
    ...["-nostdin", "-v", "error", "-threads", "1", ...inputs, "-filter_complex_threads", "1"],
    ...["-filter_complex", [...picture, mix].join(";"), "-map", `[o${sources}]`, "-map", "[sound]"],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      preset,
      "-tune",
      "zerolatency",
      "-threads",
      "1",
      "-r",
      String(framesPerSecond),
    ],
    ...[
      "-b:v",
      "2500k",
      "-maxrate",
      "2500k",
      "-bufsize",
      "2500k",
      "-g",
      "60",
      "-sc_threshold",
      "0",
      "-bf",
      "0",
    ],
    ...["-c:a", "aac", "-b:a", "128k", "-f", "null", "-"],
  ];
}

/** Cores that a bare ffmpeg uses over a window. */
async function bareCores(clip: string, sources: number, seconds: number): Promise<number> {
  const child = spawn("ffmpeg", bareArguments(clip, sources), { stdio: ["ignore", "ignore", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    await sleep(2500);
    const pid = child.pid ?? 0;
    const [cpu, at] = [cpuSeconds(pid), performance.now()];
    await sleep(seconds * 1000);
    return (cpuSeconds(pid) - cpu) / ((performance.now() - at) / 1000);
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
}

/** The clip that the driver plays, as a file. */
async function makeClip(folder: string): Promise<string> {
  const file = join(folder, "clip.mkv");
  await capture(
    "ffmpeg",
    [
      ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "4"],
      ...[
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-auto-alt-ref",
        "0",
        "-b:v",
        "1500k",
        "-g",
        "120",
      ],
      ...["-threads", "1", "-c:a", "libopus", "-b:a", "64k", "-ac", "2", file],
    ],
    60_000,
  );
  return file;
}

/** Both sides in turn, so that what else the machine does falls on both. @returns ratio by number of sources */
export async function measureRatio({ short }: CpuOptions): Promise<Record<string, number>> {
  const [rounds, seconds] = short ? [1, 8] : [3, 15];
  const folder = await mkdtemp(join(tmpdir(), "programme-bench-"));
  try {
    const clip = await makeClip(folder);
    const ratios: Record<string, number> = {};
    for (const sources of [1, 2, 4]) {
      const used = { ours: 0, bare: 0 };
      for (let round = 0; round < rounds; round += 1) {
        const ours = await drive<{ cores: number; framesPerSecond: number; level: number }>(
          { part: "cpu", sources, seconds, preset },
          90_000,
        );
        if (ours.level > 0)
          throw new Error("the machine was too busy for the compositor: nothing was measured");
        used.ours += ours.cores;
        used.bare += await bareCores(clip, sources, seconds);
      }
      ratios[sources] = Math.round((used.ours / used.bare) * 100) / 100;
      const cores = (sum: number): string => `${((sum / rounds) * 100).toFixed(0)} %`;
      say(`${sources} sources: ${cores(used.ours)} of a core, ffmpeg ${cores(used.bare)}`);
    }
    return ratios;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What could not be measured is null, and said. */
async function tried<T>(what: string, measure: () => Promise<T>): Promise<T | null> {
  try {
    return await measure();
  } catch (error) {
    say(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

type Soak = Pick<ProgrammeCpu, "maxFrameGapFrames" | "avOffsetStartMs" | "avOffsetEndMs" | "rssGrowthMb">;

/** @param options `short`: 40 seconds of disturbance in place of 30 minutes, 8-second windows in place of 3 x 15 */
export async function programmeCpu(options: CpuOptions): Promise<ProgrammeCpu> {
  const seconds = options.short ? 40 : 1800;
  const ratio = await tried("cpu", () => measureRatio(options));
  const soak = await tried("soak", () => drive<Soak>({ part: "soak", seconds }, (seconds + 240) * 1000));
  const layout = await tried("layout", () =>
    drive<{ layoutSwitchFrames: number }>({ part: "switch", times: options.short ? 6 : 20 }, 120_000),
  );
  const loss = await tried("loss", () => drive<{ recordingLossSegments: number }>({ part: "loss" }, 120_000));
  return {
    cpuRatioVsFfmpeg: ratio,
    maxFrameGapFrames: soak?.maxFrameGapFrames ?? null,
    avOffsetStartMs: soak?.avOffsetStartMs ?? null,
    avOffsetEndMs: soak?.avOffsetEndMs ?? null,
    rssGrowthMb: soak?.rssGrowthMb ?? null,
    layoutSwitchFrames: layout?.layoutSwitchFrames ?? null,
    recordingLossSegments: loss?.recordingLossSegments ?? null,
  };
}
