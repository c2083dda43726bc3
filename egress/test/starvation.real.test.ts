import { type ProgrammeJob, ProgrammeStatus, programmeStatusKey } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audioClip, videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera, microphone } from "./origin.ts";
import { until } from "./ports.ts";
import { longestQuiet, loudness, times } from "./probe.ts";
import { Throttle } from "./throttle.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open({ VIDEO_BITRATE_KBPS: "1500" });
}, 20_000);
afterAll(async () => {
  await harness.close();
}, 20_000);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const statusOf = async (job: ProgrammeJob) => {
  const text = await harness.redis.hget(programmeStatusKey, job.webinarId);
  return text ? ProgrammeStatus.parse(JSON.parse(text)) : null;
};

/** Two cameras of 720p and a tone, sent by the test itself: they are never short of time. */
async function stage(): Promise<void> {
  const input = "testsrc2=size=1280x720:rate=30";
  const picture = await videoClip({ codec: "vp8", input, seconds: 2, kbps: 1500 });
  const tone = await audioClip("sine=frequency=440:sample_rate=48000,volume=4", 1);
  const ann = camera("Ann", "");
  harness.origin.play(ann, picture);
  harness.origin.play(microphone(ann, ""), tone);
  harness.origin.play(camera("Bob", ""), picture);
}

describe("a compositor that stands still", () => {
  it("is told from a slow one, killed and started again", { timeout: 40_000 }, async () => {
    const job = liveJob();
    await harness.want(job);
    const programme = await until("it runs", 20_000, () => {
      const found = harness.egress?.supervisor.programme(job.webinarId);
      return found?.state === "running" ? found : undefined;
    });
    const pid = programme.compositorPid ?? 0;
    process.kill(pid, "SIGSTOP");
    const stoppedAt = performance.now();
    await until("another one", 15_000, () => (programme.compositorPid ?? pid) !== pid);
    expect(performance.now() - stoppedAt).toBeGreaterThan(4500);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
    await until("the programme has ended", 15_000, () => programme.state === "ended");
  });
});

describe("a compositor without the time it needs", () => {
  it("leaves out pictures, not sound, is not restarted, and comes back", { timeout: 60_000 }, async () => {
    const job = liveJob();
    await stage();
    await harness.want(job);
    const programme = await until("the programme", 10_000, () =>
      harness.egress?.supervisor.programme(job.webinarId),
    );
    await until("three sources", 20_000, () => programme.describe(Date.now()).sources === 3);
    await sleep(800);
    const pid = programme.compositorPid;
    // It needs half a core for all this, and gets an eighth.
    const throttle = new Throttle(pid ?? 0, 0.125);
    const starved = await until("it says so", 10_000, async () => {
      const status = await statusOf(job);
      return status?.degraded && status.degraded.level >= 3 ? status.degraded : null;
    }).finally(() => sleep(2000).then(() => throttle.end()));
    expect(starved.reason).toMatch(/^The machine is too busy: /);
    await until(
      "it draws more again",
      15_000,
      () => (programme.compositorStatus?.level ?? 9) < starved.level,
    );
    expect(programme.compositorPid).toBe(pid);
    await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
    await until("the programme has ended", 15_000, () => programme.state === "ended");

    const url = harness.recording(job.webinarId);
    const video = await times(url, "v");
    const steps = video.slice(1).map((time, index) => time - (video[index] ?? 0));
    const audio = await times(url, "a");
    const audioSteps = audio.slice(1).map((time, index) => time - (audio[index] ?? 0));
    const sound = await loudness(url);
    const quiet = longestQuiet(sound, 0.02);
    process.stderr.write(
      `starved: longest picture ${(Math.max(...steps) * 1000).toFixed(0)} ms, longest silence ${quiet} ms\n`,
    );
    expect(Math.min(...steps)).toBeGreaterThan(0.03);
    // The first picture of each part of ten frames is always there.
    expect(Math.max(...steps)).toBeLessThan(0.34);
    expect(Math.max(...audioSteps)).toBeLessThan(0.023);
    expect(quiet).toBeLessThanOrEqual(20);
  });
});
