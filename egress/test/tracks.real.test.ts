import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ProgrammeJob } from "@rostrum/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { finishTracks, readTrackList } from "../src/tracks/index.ts";
import { audioClip, videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera, microphone } from "./origin.ts";
import { until } from "./ports.ts";

const run = promisify(execFile);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let harness: Harness;
let job: ProgrammeJob;
const folder = () => `${harness.dataDir}/programmes/${job.webinarId}`;

beforeAll(async () => {
  harness = await Harness.open({ VIDEO_WIDTH: "320", VIDEO_HEIGHT: "180", VIDEO_PRESET: "ultrafast" });
  job = liveJob();
});
afterAll(() => harness.close());

type Probed = { duration: number; codecs: string[]; start: number };
async function probe(path: string): Promise<Probed> {
  const { stdout } = await run("ffprobe", [
    "-v",
    "error",
    "-show_format",
    "-show_streams",
    "-of",
    "json",
    path,
  ]);
  const found = JSON.parse(stdout) as {
    format: { duration: string; start_time: string };
    streams: { codec_name: string }[];
  };
  const codecs = found.streams.map(({ codec_name }) => codec_name).sort();
  return { duration: Number(found.format.duration), start: Number(found.format.start_time), codecs };
}

/** Every packet of a kind in a file, seconds; decoding it all must find no fault. */
async function packets(path: string, kind: "v" | "a"): Promise<number[]> {
  const { stderr } = await run("ffmpeg", ["-v", "error", "-i", path, "-f", "null", "-"]);
  // The first packet of sound loses what its encoder had put in front (RFC 7845 §4.2): its end may touch the second's time.
  // A machine that is busy with other things puts pictures closer together than the null muxer's clock can tell.
  expect(
    stderr.split("\n").filter((line) => line !== "" && !/increasing dts|message repeated/.test(line)),
  ).toEqual([]);
  expect(stderr.split("\n").length).toBeLessThan(10);
  const { stdout } = await run("ffprobe", [
    ...[
      "-v",
      "error",
      "-select_streams",
      `${kind}:0`,
      "-show_entries",
      "packet=pts_time",
      "-of",
      "csv=p=0",
      path,
    ],
  ]);
  return stdout.split("\n").map(Number.parseFloat).filter(Number.isFinite);
}

it("records each person by themselves, as they sent it, and survives the compositor's death", {
  timeout: 60_000,
}, async () => {
  const [vp8, vp9, h264, tone] = await Promise.all([
    videoClip({ codec: "vp8", input: "testsrc2=size=320x180:rate=30", seconds: 1 }),
    videoClip({ codec: "vp9", input: "testsrc2=size=480x270:rate=30", seconds: 1 }),
    videoClip({ codec: "h264", input: "testsrc2=size=640x360:rate=30", seconds: 1 }),
    audioClip("sine=frequency=440:sample_rate=48000", 1),
  ]);
  const { origin } = harness;
  const ann = camera("Ann", "");
  const voice = microphone(ann, "");
  const bob = camera("Bob", "", "h264");
  const cyd = camera("Cyd", "", "vp9");
  for (const [source, clip] of [
    [ann, vp8],
    [voice, tone],
    [bob, h264],
    [cyd, vp9],
  ] as const)
    origin.play(source, clip);
  await harness.want(job);
  const programme = await until("on air", 15_000, () => {
    const found = harness.egress?.supervisor.programme(job.webinarId);
    return found?.state === "running" && found.describe(0).sources === 4 ? found : undefined;
  });
  await until("three files grow", 10_000, async () => (await readTrackList(folder())).length === 3);
  await sleep(5000);
  const killedAt = Date.now();
  process.kill(programme.compositorPid ?? 0, "SIGKILL");
  await until(
    "the next compositor has its own files",
    15_000,
    async () => (await readTrackList(folder())).length === 6,
  );
  await sleep(4000);
  await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
  const tracks = await until("six tracks are told", 20_000, () => {
    const told = harness.facts.filter((fact) => fact.type === "recording.track");
    return told.length === 6 ? told : undefined;
  });

  const annTracks = tracks.filter(({ name }) => name === "Ann").sort((a, b) => a.offsetMs - b.offsetMs);
  expect(annTracks).toHaveLength(2);
  const startedAt = harness.facts.find((fact) => fact.type === "recording.ready")?.startedAt ?? 0;
  for (const [index, track] of annTracks.entries()) {
    const path = join(folder(), track.file);
    const { duration, codecs } = await probe(path);
    expect(codecs).toEqual(["opus", "vp8"]);
    expect(Math.abs(duration * 1000 - track.durationMs)).toBeLessThan(150);
    const video = await packets(path, "v");
    const sound = await packets(path, "a");
    const steps = (line: number[]) => line.slice(1).map((time, at) => time - (line[at] ?? 0));
    expect(Math.max(...steps(sound)), "no packet of sound is missing").toBeLessThan(0.06);
    expect(video.length / duration).toBeGreaterThan(25);
    // The one who was killed lost what was not in a whole cluster yet: two seconds, and half a clip to the key picture.
    if (index === 0) {
      const lost = killedAt - startedAt - (track.offsetMs + track.durationMs);
      process.stderr.write(`tracks: ${lost} ms of a track lost by the kill\n`);
      expect(lost).toBeLessThan(4000);
    }
  }
  const bobTrack = tracks.find(({ name }) => name === "Bob");
  expect(bobTrack?.file).toMatch(/\.mp4$/);
  expect((await probe(join(folder(), bobTrack?.file ?? ""))).codecs).toEqual(["h264"]);
  const cydTrack = join(folder(), tracks.find(({ name }) => name === "Cyd")?.file ?? "");
  expect(cydTrack).toMatch(/\.webm$/);
  expect((await probe(cydTrack)).codecs).toEqual(["opus", "vp9"]);
  expect((await packets(cydTrack, "v")).length).toBeGreaterThan(60);
  expect((await readdir(folder())).filter((name) => name.endsWith(".part"))).toEqual([]);
  const url = harness.recording(job.webinarId).replace("recording.mp4", bobTrack?.file ?? "");
  expect((await fetch(url, { headers: { range: "bytes=4-7" } })).status).toBe(206);
  expect((await fetch(url.replace(/track-[\w-]+\.mp4/, "tracks.jsonl"))).status).toBe(404);
  for (const source of [ann, voice, bob, cyd]) await origin.remove(source.producerId);
});

it("leaves out a file that ended before its first cluster", async () => {
  const directory = await mkdtemp(join(tmpdir(), "rostrum-tracks-"));
  const trackId = "11111111-1111-4111-8111-111111111111";
  const line = { trackId, participantId: trackId, name: "Ann", source: "camera", offsetMs: 0, codec: "vp8" };
  await writeFile(join(directory, "tracks.jsonl"), `${JSON.stringify(line)}\n{"trackId":"cut`);
  await writeFile(join(directory, `track-${trackId}.part`), "short");
  const found: string[] = [];
  await finishTracks(directory, "ffmpeg", async ({ name }) => {
    found.push(name);
  });
  expect(found).toEqual([]);
  await rm(directory, { recursive: true });
});
