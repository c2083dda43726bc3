import type { ProgrammeJob } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { qualities } from "../src/programme/governor.ts";
import { audioClip, type Clip, videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera, microphone } from "./origin.ts";
import { until } from "./ports.ts";
import { longestQuiet, loudness, lufsOf, onsets, pictures, times } from "./probe.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open({
    VIDEO_WIDTH: "640",
    VIDEO_HEIGHT: "360",
    VIDEO_BITRATE_KBPS: "800",
    VIDEO_PRESET: "ultrafast",
  });
}, 20_000);
afterAll(async () => {
  await harness.close();
}, 20_000);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const programmeOf = (job: ProgrammeJob) => {
  const found = harness.egress?.supervisor.programme(job.webinarId);
  if (!found) throw new Error("the programme is not there");
  return found;
};
async function begin(sources: number): Promise<ProgrammeJob> {
  const job = liveJob({ layout: "grid" });
  await harness.want(job);
  await until(`${sources} sources on air`, 15_000, () => {
    const status = harness.egress?.supervisor.programme(job.webinarId)?.describe(Date.now());
    return status?.state === "running" && status.sources === sources;
  });
  return job;
}
async function end(job: ProgrammeJob): Promise<string> {
  await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
  await until("the programme has ended", 15_000, () => programmeOf(job).state === "ended");
  return harness.recording(job.webinarId);
}
const testPicture = (size: string, codec: Clip["codec"] = "vp8", seconds = 1) =>
  videoClip({ codec: codec === "opus" ? "vp8" : codec, input: `testsrc2=size=${size}:rate=30`, seconds });

describe("sources", () => {
  it("never stall or shift the programme: freeze, leave, return, resize, change codec, lose packets", {
    timeout: 60_000,
  }, async () => {
    const [small, large, other] = await Promise.all([
      testPicture("320x180"),
      testPicture("640x360"),
      testPicture("320x180", "h264"),
    ]);
    const tone = await audioClip("sine=frequency=440:sample_rate=48000,volume=4", 1);
    const { origin } = harness;
    const ann = camera("Ann", "");
    const voice = microphone(ann, "");
    const bob = camera("Bob", "");
    const bobAgain = { ...camera("Bob", "", "h264"), participantId: bob.participantId };
    origin.play(ann, small);
    origin.play(voice, tone);
    origin.play(bob, small);
    const job = await begin(3);
    const happenings: (() => void | Promise<void>)[] = [
      () => origin.player.swap(bob.ssrc, large),
      () => origin.player.freeze(ann.ssrc, true),
      () => origin.remove(bob.producerId),
      () => origin.player.freeze(ann.ssrc, false),
      () => origin.play(bobAgain, other),
      () => origin.player.swap(ann.ssrc, large),
      () => origin.player.lose(ann.ssrc, 0.3),
      () => origin.player.lose(voice.ssrc, 0.1),
      () => origin.player.swap(ann.ssrc, small),
    ];
    let level = 0;
    for (const [index, happen] of happenings.entries()) {
      await harness.want({ ...job, layout: index % 2 === 0 ? "speaker" : "grid" });
      await happen();
      await sleep(600);
      level = Math.max(level, programmeOf(job).compositorStatus?.level ?? 0);
    }
    const url = await end(job);
    const video = await times(url, "v");
    const audio = await times(url, "a");
    const steps = (line: number[]) => line.slice(1).map((time, index) => time - (line[index] ?? 0));
    // The first second is begun in the past and caught up with.
    const frames = Math.max(...steps(video).slice(30)) * 30;
    const quiet = longestQuiet(await loudness(url), 0.02);
    process.stderr.write(
      `sources: longest gap ${frames.toFixed(1)} frames, longest silence ${quiet} ms, ${origin.sender.nacks} packets asked for again\n`,
    );
    // A machine that is busy with other things makes pictures rarer, and says so.
    expect(frames).toBeLessThanOrEqual(Math.max(2, qualities[level]?.divisor ?? 1) + 0.01);
    expect(Math.min(...steps(video))).toBeGreaterThan(0.03);
    expect(Math.max(...steps(audio))).toBeLessThan(0.023);
    expect(origin.sender.nacks).toBeGreaterThan(0);
    expect(quiet).toBeLessThanOrEqual(20);
    // As ffmpeg's own meter hears it, once the gain has found its place.
    expect(Math.abs((await lufsOf(url, 4)) + 16)).toBeLessThan(1.5);
    expect(programmeOf(job).leaks).toEqual({});
    for (const source of [ann, voice, bobAgain]) await origin.remove(source.producerId);
  });

  it("are put together by their sender's reports, over paths of their own and with losses", {
    timeout: 40_000,
  }, async () => {
    const on = "lt(mod(t,1),0.15)";
    const picture = await videoClip({
      codec: "vp8",
      input: `color=c=black:size=320x180:rate=30,drawbox=c=white:t=fill:enable='${on}'`,
      seconds: 1,
    });
    const sound = await audioClip(
      `sine=frequency=1000:sample_rate=48000:samples_per_frame=480,volume='if(${on},4,0)':eval=frame`,
      1,
    );
    const flash = camera("Clap", "");
    const beep = microphone(flash, "");
    // Pictures are under way 90 ms longer than sound.
    harness.origin.play(flash, picture, 90);
    harness.origin.play(beep, sound);
    const job = await begin(2);
    harness.origin.player.lose(flash.ssrc, 0.04);
    harness.origin.player.lose(beep.ssrc, 0.04);
    await sleep(5500);
    const url = await end(job);
    const shown = await pictures(url, 60);
    const light = Array.from({ length: shown.count }, (_, index) => shown.at(index, 0.5, 0.3)[0] / 255);
    const heard = await loudness(url);
    const flashes = onsets(light, 1000 / 60, 0.5).slice(2);
    const beeps = onsets(heard.levels, heard.windowMs, 0.03);
    const offsets = flashes.map((instant) => {
      const nearest = beeps.toSorted((a, b) => Math.abs(a - instant) - Math.abs(b - instant))[0] ?? 1e9;
      return nearest - instant;
    });
    process.stderr.write(`A/V offsets ms: ${offsets.map((offset) => offset.toFixed(0)).join(" ")}\n`);
    expect(offsets.length).toBeGreaterThanOrEqual(4);
    // A machine that stops for a moment may cost one beep; it must not cost the alignment of the rest.
    const inStep = offsets.filter((offset) => Math.abs(offset) <= 40);
    expect(inStep.length).toBeGreaterThanOrEqual(offsets.length - 1);
    for (const source of [flash, beep]) await harness.origin.remove(source.producerId);
  });
});
