import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ProgrammeJob } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clip, videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera } from "./origin.ts";
import { checkPlaylist, checkSuccession, parsePlaylist } from "./playlist-checker.ts";
import { until } from "./ports.ts";
import { probe, times } from "./probe.ts";

const small = {
  VIDEO_WIDTH: "640",
  VIDEO_HEIGHT: "360",
  VIDEO_BITRATE_KBPS: "1500",
  VIDEO_PRESET: "ultrafast",
};
let clip: Clip;
beforeAll(async () => {
  clip = await videoClip({ codec: "vp8", input: "testsrc2=size=320x180:rate=30", seconds: 1 });
}, 20_000);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const playlistOf = async (harness: Harness, job: ProgrammeJob): Promise<string> => {
  const response = await fetch(harness.hls(job.webinarId, "live.m3u8")).catch(() => null);
  return response?.ok ? response.text() : "";
};
const segments = (harness: Harness, job: ProgrammeJob, least: number) =>
  until(`${least} segments`, 20_000, async () => {
    const text = await playlistOf(harness, job);
    return text !== "" && parsePlaylist(text).segments.length >= least ? text : undefined;
  });

describe("a supervisor that is killed with -9", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.open(small, { inProcess: false });
    harness.origin.play(camera("Ann", ""), clip);
  }, 20_000);
  afterAll(() => harness.close(), 20_000);

  it("costs the recording at most a segment, and the playlist nothing but a discontinuity", {
    timeout: 60_000,
  }, async () => {
    const egress = await harness.startProcess();
    const job = liveJob();
    await harness.want(job);
    const before = await segments(harness, job, 3);
    const killedAt = Date.now();
    await egress.end("SIGKILL");
    await harness.startProcess();
    await until("the next run", 20_000, async () => (await playlistOf(harness, job)).includes("init-1.mp4"));
    const after = await playlistOf(harness, job);
    const outageMs = Date.now() - killedAt;
    expect(checkPlaylist(after)).toEqual([]);
    // The segment that was growing when it died is gone: its number is taken by the next run.
    const growing = `segment ${parsePlaylist(before).segments.find(({ uri }) => uri === null)?.sequence} `;
    expect(checkSuccession(before, after).filter((fault) => !fault.startsWith(growing))).toEqual([]);
    expect(parsePlaylist(after).segments.at(-1)?.discontinuity).toBe(1);
    await sleep(1000);
    const ended: ProgrammeJob = { ...job, desired: "ended", endedAt: Date.now() };
    await harness.want(ended);
    await until("the end", 20_000, async () => (await harness.status(job.webinarId))?.state === "ended");
    const url = harness.recording(job.webinarId);
    const { duration } = await probe(url);
    expect(Math.abs(duration - ((ended.endedAt ?? 0) - job.liveAt) / 1000)).toBeLessThan(1);
    const video = await times(url, "v");
    const longest = Math.max(...video.slice(1).map((time, index) => time - (video[index] ?? 0)));
    process.stderr.write(
      `supervisor killed: next part after ${outageMs} ms, longest gap of the recording ${(longest * 1000).toFixed(0)} ms\n`,
    );
    // The growing segment of two seconds, and what could not be caught up with of the time it was away.
    expect(longest).toBeLessThan(2.4 + Math.max(0, outageMs - 5000) / 1000);
  });
});

describe("a disk that is full", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.open(small, { inProcess: false });
    harness.origin.play(camera("Ann", ""), clip);
  }, 20_000);
  afterAll(() => harness.close(), 20_000);

  it("is told to the host within ten seconds; the broadcast goes on", { timeout: 60_000 }, async () => {
    const folder = join(harness.dataDir, "programmes");
    await mkdir(folder, { recursive: true });
    // A file system of its own of 600 kB, seen by this process only: three or four seconds of programme.
    const mount = `mount -t tmpfs -o size=600k tmpfs ${folder} && exec "$@"`;
    await harness.startProcess(["unshare", "-m", "sh", "-c", mount, "sh"]);
    const job = liveJob();
    await harness.want(job);
    const told = await until("the host is told", 20_000, async () => {
      const status = await harness.status(job.webinarId);
      // The tracks of those on stage are missing too, and that is said apart.
      const alert = status?.alerts.find(({ code }) => code === "recording-missing");
      return alert && { ...alert, bytes: status?.recordingBytes };
    });
    expect(told).toMatchObject({
      code: "recording-missing",
      message: "The recording is missing. The disk is full.",
    });
    // What was written last ended less than ten seconds before.
    expect(told.since - job.liveAt).toBeLessThan(15_000);
    await until("web is told", 5000, () =>
      harness.facts.find((fact) => fact.type === "programme.alert" && fact.webinarId === job.webinarId),
    );
    const then = parsePlaylist(await playlistOf(harness, job));
    await until("the broadcast goes on", 8000, async () => {
      const now = parsePlaylist(await playlistOf(harness, job));
      return (now.segments.at(-1)?.sequence ?? 0) > (then.segments.at(-1)?.sequence ?? 0);
    });
    expect(checkPlaylist(await playlistOf(harness, job))).toEqual([]);
    expect((await harness.status(job.webinarId))?.state).toBe("running");
  });
});
