import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ladderOf } from "@rostrum/rules";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openNatives, Picture, quietAv } from "../src/av/index.ts";
import type { PartInput } from "../src/hls/index.ts";
import type { StartMessage, Tuning } from "../src/programme/ipc.ts";
import { Output, silence } from "../src/programme/output.ts";
import { execute } from "./media.ts";
import { probe } from "./probe.ts";

/** Real encoders and the real cutter, without a clock: the same on a busy machine. Four seconds; a rung is away in between. */
const size = { width: 320, height: 180, bitrateKbps: 400 };
const tuning: Tuning = {
  ...{ width: size.width, height: size.height, framesPerSecond: 30, videoBitrateKbps: 400 },
  ...{ videoPreset: "ultrafast", audioBitrateKbps: 64, rungs: ladderOf(size, "160,144") },
  ...{
    partTicks: 10,
    segmentTicks: 30,
    playoutDelayMs: 0,
    holdMs: 0,
    fontFile: null,
    rtpListenIp: "127.0.0.1",
  },
};
const start: StartMessage = {
  ...{
    type: "start",
    webinarId: "w",
    epoch: "00000000-0000-4000-8000-000000000001",
    logLevel: "silent",
    tuning,
  },
  ...{
    direction: { title: "", layout: "auto", rtmpUrl: null },
    startAt: 1e12,
    baseMs: 0,
    tracksDirectory: "/",
  },
};
const seconds = 4;
const parts: PartInput[] = [];
const tapped: Buffer[] = [];
let folder: string;
let inits: Buffer[];

beforeAll(async () => {
  quietAv();
  folder = await mkdtemp(join(tmpdir(), "ladder-test-"));
  const output = new Output({ start, onPart: (part) => parts.push(part) });
  inits = [output.init, ...output.rungInits];
  output.tap = { video: ({ data }) => tapped.push(data), audio: () => undefined };
  const canvas = new Picture(size.width, size.height);
  for (let tick = 0, sound = 0; tick < seconds * 30; tick += 1) {
    for (const [index, plane] of canvas.planes.entries()) plane.fill((tick * (3 + index)) % 200);
    // All until 1.2 s, then the smallest alone, all again from 2.1 s on: what is asked for takes effect at a boundary.
    const wanted = tick >= 36 && tick < 63 ? 1 : 2;
    await output.video(canvas, { tick, key: tick % 30 === 0 }, wanted);
    for (; (sound + 1) * 1024 * 30 <= (tick + 1) * 48_000; sound += 1) output.audio(silence(), sound);
  }
  output.close();
  canvas.close();
}, 30_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A rendition's parts as one file; 0: the programme itself, then its rungs. */
async function file(rendition: number, of: readonly PartInput[]): Promise<string> {
  const name = join(folder, `${rendition}-${of.length}.mp4`);
  const media = of.map(
    (part) => (rendition === 0 ? part.bytes : part.rungs?.[rendition - 1]) ?? Buffer.alloc(0),
  );
  await writeFile(name, Buffer.concat([inits[rendition] ?? Buffer.alloc(0), ...media]));
  return name;
}
/** Times of every packet, and which are key pictures. */
async function packets(name: string): Promise<{ all: string[]; keys: string[] }> {
  const entries = ["-show_entries", "packet=codec_type,pts_time,flags", "-of", "csv=p=0"];
  const lines = (await execute("ffprobe", ["-v", "error", ...entries, name])).toString().split("\n");
  return {
    all: lines.map((line) => line.split(",").slice(0, 2).join(",")),
    keys: lines.filter((line) => /^video,.*K/.test(line)),
  };
}

it("cuts every rung where the programme is cut, with key pictures at the same times, and each plays", async () => {
  expect(parts).toHaveLength(seconds * 3);
  // The first segment with a part of the second, and the fourth: every rendition has them.
  const common = [...parts.slice(0, 4), ...parts.slice(9)];
  const top = await packets(await file(0, common));
  expect(top.keys).toHaveLength(3);
  for (const [index, { width, height }] of tuning.rungs.entries()) {
    const name = await file(index + 1, common);
    expect(await packets(name)).toEqual(top);
    const { streams } = await probe(name);
    expect(streams.find(({ codec_name }) => codec_name === "h264")).toMatchObject({ width, height });
    await execute("ffmpeg", ["-v", "error", "-xerror", "-i", name, "-f", "null", "-"]);
  }
});

it("lets a rung end with a part and begin with a segment, the smallest staying", () => {
  expect(parts.map(({ rungs }) => rungs?.map((bytes) => bytes !== null))).toEqual(
    parts.map((_, index) => [index < 4 || index >= 9, true]),
  );
});

it("hands the top's very packets to the tap, and leaves nothing open", () => {
  const top = Buffer.concat(parts.map(({ bytes }) => bytes));
  expect(tapped).toHaveLength(seconds * 30);
  // What is in a packet behind its parameter sets and start code stands in the programme's own parts.
  for (const data of tapped) expect(top.includes(data.subarray(-24))).toBe(true);
  expect(openNatives()).toEqual({});
});
