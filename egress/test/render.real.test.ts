import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LayoutName } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNatives } from "../src/av/index.ts";
import type { Tuning } from "../src/programme/index.ts";
import { render } from "../src/render/render.ts";
import type { FinishedTrack } from "../src/tracks/index.ts";
import { makeTrack } from "./made-tracks.ts";
import { isBlue, isRed, loudness, pictures, probe, times } from "./probe.ts";

const tuning: Tuning = {
  width: 640,
  height: 360,
  framesPerSecond: 30,
  videoBitrateKbps: 800,
  videoPreset: "ultrafast",
  rungs: [],
  audioBitrateKbps: 96,
  partTicks: 10,
  segmentTicks: 60,
  playoutDelayMs: 200,
  holdMs: 150,
  fontFile: null,
  rtpListenIp: "127.0.0.1",
};
let directory: string;
let tracks: FinishedTrack[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rostrum-render-"));
  tracks = [
    await makeTrack(directory, "Ann red", { codec: "vp8", offsetMs: 0, seconds: 6 }),
    await makeTrack(directory, "Ben blue", { codec: "h264", offsetMs: 2000, seconds: 6 }),
  ];
  await writeFile(join(directory, "recording.mp4"), "as it was broadcast");
  await writeFile(
    join(directory, "recording.json"),
    JSON.stringify({
      durationMs: 10_000,
      bytes: 19,
      startedAt: 0,
      chapters: [
        { startMs: 0, title: "Ann" },
        { startMs: 5000, title: "Ben" },
      ],
    }),
  );
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const make = (layout: LayoutName, file: string, more: { signal?: AbortSignal; seen?: number[] } = {}) =>
  render({
    directory,
    tracks,
    layout,
    title: "A test",
    file,
    tuning,
    ffmpegPath: "ffmpeg",
    onProgress: (share) => more.seen?.push(share),
    signal: more.signal ?? new AbortController().signal,
  });

describe("a recording in another layout", () => {
  it("shows and plays everybody at their time, without a hole", { timeout: 60_000 }, async () => {
    const seen: number[] = [];
    const made = await make("grid", "render-grid.mp4", { seen });
    const path = join(directory, "render-grid.mp4");
    expect(made).toEqual({ durationMs: 10_000, bytes: (await stat(path)).size });
    const { duration, streams } = await probe(path);
    expect(duration).toBeCloseTo(10, 0);
    expect(streams.map(({ codec_name }) => codec_name).slice(0, 2)).toEqual(["h264", "aac"]);
    const shown = await times(path, "v");
    expect(shown).toHaveLength(300);
    expect(Math.max(...shown.map((time, n) => time - (shown[n - 1] ?? time)))).toBeLessThan(0.04);
    const film = await pictures(path, 10);
    // Ann alone, both side by side, Ben alone, nobody.
    expect(isRed(film.at(10, 0.5, 0.5))).toBe(true);
    expect(isRed(film.at(40, 0.25, 0.5))).toBe(true);
    expect(isBlue(film.at(40, 0.75, 0.5))).toBe(true);
    expect(isBlue(film.at(70, 0.5, 0.5))).toBe(true);
    expect(isBlue(film.at(95, 0.5, 0.5)) || isRed(film.at(95, 0.5, 0.5))).toBe(false);
    // Ann is heard from 3 s, Ben from 5 s to 8 s.
    const { windowMs, levels } = await loudness(path);
    const level = (second: number) => levels[Math.round((second * 1000) / windowMs)] ?? 0;
    for (const quiet of [1, 2.5, 9]) expect(level(quiet), `at ${quiet} s`).toBeLessThan(0.01);
    for (const loud of [3.5, 4.5, 5.5, 6.5, 7.5]) expect(level(loud), `at ${loud} s`).toBeGreaterThan(0.02);
    expect(seen.at(-1)).toBeGreaterThan(0.99);
    expect(seen.every((share, n) => share >= (seen[n - 1] ?? 0))).toBe(true);
    expect(openNatives()).toEqual({});
  });

  it("follows who speaks where the layout does", { timeout: 60_000 }, async () => {
    await make("spotlight", "render-spotlight.mp4");
    const film = await pictures(join(directory, "render-spotlight.mp4"), 10);
    expect(isRed(film.at(45, 0.5, 0.4))).toBe(true);
    expect(isBlue(film.at(75, 0.5, 0.4))).toBe(true);
  });

  it("leaves nothing when it is cancelled, or when a track is no film", { timeout: 60_000 }, async () => {
    const before = (await readdir(directory)).sort();
    const stop = new AbortController();
    const seen: number[] = [];
    const cancelled = make("grid", "render-none.mp4", { signal: stop.signal, seen });
    const wait = setInterval(() => seen.length > 30 && stop.abort(new Error("cancelled")), 5);
    await expect(cancelled).rejects.toThrow("cancelled");
    clearInterval(wait);
    expect(seen.at(-1)).toBeLessThan(0.9);
    const [first] = tracks;
    if (!first) throw new Error("no track");
    await writeFile(join(directory, "broken.webm"), "no film");
    tracks = [{ ...first, file: "broken.webm" }];
    await expect(make("grid", "render-none.mp4")).rejects.toThrow(/broken\.webm/);
    expect((await readdir(directory)).sort()).toEqual([...before, "broken.webm"].sort());
    expect(openNatives()).toEqual({});
  });
});
