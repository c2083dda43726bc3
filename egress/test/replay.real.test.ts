import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Harness, liveJob } from "./harness.ts";
import { until } from "./ports.ts";

const run = promisify(execFile);
const seconds = 34;
const segmentSeconds = 2;
let harness: Harness;
const job = liveJob({ desired: "ended", endedAt: Date.now() });
/** A recording of one that has said something else every ten seconds: red, green, blue, white. */
const colours = ["red", "green", "blue", "white"];

beforeAll(async () => {
  harness = await Harness.open();
  await record(`${harness.dataDir}/programmes/${job.webinarId}`);
  await harness.want(job);
  await until("the recording is finished", 30_000, () =>
    harness.facts.find(({ type }) => type === "recording.storyboard"),
  );
});
afterAll(() => harness.close());

/** What a programme leaves: segments, and a manifest that lacks its end, as after a crash. */
async function record(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const inputs = colours.flatMap((colour) => [
    "-f",
    "lavfi",
    "-t",
    "10",
    "-i",
    `color=${colour}:s=320x180:r=15`,
  ]);
  const video = `${colours.map((_, index) => `[${index}]`).join("")}concat=n=${colours.length}[v]`;
  await run("ffmpeg", [
    ...["-v", "error", "-y", ...inputs, "-f", "lavfi", "-i", "sine=440:r=48000", "-filter_complex", video],
    ...[
      "-map",
      "[v]",
      "-map",
      `${colours.length}`,
      "-t",
      `${seconds}`,
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
    ],
    ...["-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-c:a", "aac", "-f", "hls", "-hls_time", "2"],
    ...["-hls_segment_type", "fmp4", "-hls_flags", "independent_segments", "-hls_list_size", "0"],
    ...["-hls_fmp4_init_filename", "init-0.mp4", "-hls_segment_filename", join(folder, "seg-%d.m4s")],
    join(folder, "made.m3u8"),
  ]);
  const info = {
    codecs: "avc1.42c00c,mp4a.40.2",
    width: 320,
    height: 180,
    framesPerSecond: 15,
    bitrateKbps: 100,
  };
  const lines: unknown[] = [
    { type: "begin", startedAt: job.liveAt },
    { type: "run", run: 0, info: { ...info, baseMs: 0 } },
    { type: "speaker", atMs: 0, name: "Ada" },
  ];
  for (let sequence = 0; sequence < seconds / segmentSeconds; sequence += 1) {
    const bytes = (await readFile(join(folder, `seg-${sequence}.m4s`))).length;
    const programmeMs = job.liveAt + sequence * segmentSeconds * 1000;
    const shape = { run: 0, duration: segmentSeconds, discontinuity: false };
    lines.push({ type: "segment", sequence, programmeMs, bytes, ...shape });
  }
  await rm(join(folder, "made.m3u8"));
  await writeFile(
    join(folder, "manifest.jsonl"),
    `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
  );
}

const read = async (range: string, file: string) => {
  const response = await fetch(harness.replay(job.webinarId, range, file));
  return { status: response.status, text: response.status === 200 ? await response.text() : "" };
};

it("tells web when the recording began and what is in it", () => {
  const ready = harness.facts.find(({ type }) => type === "recording.ready");
  expect(ready).toMatchObject({ startedAt: job.liveAt, chapters: [{ startMs: 0, title: "Ada" }] });
});

it("plays as it is, from its segments", async () => {
  const url = harness.replay(job.webinarId, "0-end", "index.m3u8");
  const { stdout } = await run("ffprobe", [
    "-v",
    "error",
    "-show_format",
    "-show_streams",
    "-of",
    "json",
    url,
  ]);
  const { format, streams } = JSON.parse(stdout) as { format: { duration: string }; streams: unknown[] };
  expect(streams).toHaveLength(2);
  expect(Math.abs(Number(format.duration) - seconds)).toBeLessThan(0.2);
  const frame = await run(
    "ffmpeg",
    [
      ...["-v", "error", "-i", url, "-frames:v", "1", "-vf", "trim=25,scale=1:1", "-f", "rawvideo"],
      ...["-pix_fmt", "rgb24", "-"],
    ].flat(),
    { encoding: "buffer" },
  );
  const [red = 0, green = 0, blue = 0] = frame.stdout;
  expect(blue > 200 && red < 60, `at 25 s it is blue: ${[red, green, blue]}`).toBe(true);
});

it("gives out what was published of it and no more", async () => {
  const { text } = await read("11000-25000", "index.m3u8");
  expect([...text.matchAll(/^seg-(\d+)\.m4s$/gm)].map(([, n]) => Number(n))).toEqual([
    5, 6, 7, 8, 9, 10, 11, 12,
  ]);
  expect((await read("11000-25000", "seg-5.m4s")).status).toBe(200);
  expect((await read("11000-25000", "seg-4.m4s")).status).toBe(404);
  expect((await read("11000-25000", "seg-13.m4s")).status).toBe(404);
  expect((await read("11000-25000", "manifest.jsonl")).status).toBe(404);
  // The address of one range opens no other, nor the whole, and that of the broadcast opens neither.
  const [narrow, wide] = ["11000-25000", "0-end"];
  const stolen = harness.replay(job.webinarId, narrow, "index.m3u8").replace(`/${narrow}/`, `/${wide}/`);
  expect((await fetch(stolen)).status).toBe(403);
  const access = harness.hls(job.webinarId, "x").split("/").at(-2);
  for (const path of [`recordings/${job.webinarId}`, `replay/${job.webinarId}/0-end`])
    expect((await fetch(`${harness.baseUrl}/${path}/${access}/recording.mp4`)).status).toBe(403);
});

it("has a thumbnail for every ten seconds, cut where its cue says", async () => {
  const { text } = await read("0-end", "storyboard.vtt");
  const cues = [...text.matchAll(/^(\S+) --> \S+\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm)];
  expect(cues.map(([, time]) => time)).toEqual([
    "00:00:00.000",
    "00:00:10.000",
    "00:00:20.000",
    "00:00:30.000",
  ]);
  const sheet = harness.replay(job.webinarId, "0-end", cues[0]?.[2] ?? "");
  const wanted = [
    [254, 0, 0],
    [0, 128, 0],
    [0, 0, 254],
    [255, 255, 255],
  ];
  for (const [index, [, , , x, y, width, height]] of cues.entries()) {
    const crop = `crop=${width}:${height}:${x}:${y},scale=1:1`;
    const { stdout } = await run(
      "ffmpeg",
      ["-v", "error", "-i", sheet, "-vf", crop, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
      { encoding: "buffer" },
    );
    for (const [channel, value] of (wanted[index] ?? []).entries())
      expect(Math.abs((stdout[channel] ?? 0) - value), `thumbnail ${index} channel ${channel}`).toBeLessThan(
        25,
      );
  }
  // Of a range its own thumbnails only, at their own times.
  const part = await read("11000-25000", "storyboard.vtt");
  expect([...part.text.matchAll(/^(\S+) -->/gm)].map(([, time]) => time)).toEqual([
    "00:00:10.000",
    "00:00:20.000",
  ]);
});
