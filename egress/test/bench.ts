/**
 * Measures a compositor from outside of its process, over its real wire: `node test/bench.ts '{"part": ...}'`. Sources are
 * played by this process from clips; one JSON object is the last line of stdout. `./rostrum bench programme` runs it.
 */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgrammeJob } from "@rostrum/protocol";
import { audioClip, type Clip, videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera, microphone, type TestSource } from "./origin.ts";
import { until } from "./ports.ts";
import { isGreen, loudness, onsets, pictures, probe, times } from "./probe.ts";

type Part =
  | { part: "cpu"; sources: number; seconds: number; preset: string }
  | { part: "soak"; seconds: number }
  | { part: "switch"; times: number }
  | { part: "loss" }
  | { part: "harm"; only?: string };

const ticksPerSecond = 100;

/** Processor seconds that a process has used (proc(5), stat fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

const rssMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

async function onAir(harness: Harness, job: ProgrammeJob, sources: number) {
  await harness.want(job);
  return until(`${sources} sources on air`, 30_000, () => {
    const programme = harness.egress?.supervisor.programme(job.webinarId);
    const status = programme?.describe(Date.now());
    return status?.state === "running" && status.sources === sources ? programme : undefined;
  });
}

async function end(harness: Harness, job: ProgrammeJob): Promise<string> {
  await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
  await until(
    "the programme has ended",
    120_000,
    async () => (await harness.status(job.webinarId))?.state === "ended",
  );
  return harness.recording(job.webinarId);
}

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => camera(`Person ${index + 1}`, ""));

async function measureCpu({ sources, seconds, preset }: Extract<Part, { part: "cpu" }>) {
  const harness = await Harness.open({ VIDEO_PRESET: preset });
  try {
    const input = "testsrc2=size=1280x720:rate=30";
    const picture = await videoClip({ codec: "vp8", input, seconds: 4, kbps: 1500, gop: 120 });
    const tone = await audioClip("sine=frequency=440:sample_rate=48000", 2);
    for (const person of people(sources)) {
      harness.origin.play(person, picture);
      harness.origin.play(microphone(person, ""), tone);
    }
    const job = liveJob({ layout: "grid" });
    const programme = await onAir(harness, job, 2 * sources);
    await sleep(2500);
    const pid = programme.compositorPid ?? 0;
    const [cpu, at] = [cpuSeconds(pid), performance.now()];
    await sleep(seconds * 1000);
    const used = (cpuSeconds(pid) - cpu) / ((performance.now() - at) / 1000);
    const { framesPerSecond = 0, level = 0 } = programme.compositorStatus ?? {};
    return { cores: used, framesPerSecond, level };
  } finally {
    await harness.close();
  }
}

/** Four sources that are frozen, swapped and taken away, and another layout every five seconds. */
async function measureSoak({ seconds }: Extract<Part, { part: "soak" }>) {
  const harness = await Harness.open({ HLS_WINDOW_SEGMENTS: "6" });
  try {
    const on = "lt(mod(t,1),0.15)";
    const moving = (size: string) =>
      videoClip({ codec: "vp8", input: `testsrc2=size=${size}:rate=30`, seconds: 2 });
    const [small, large] = await Promise.all([moving("640x360"), moving("1280x720")]);
    const flash = await videoClip({
      codec: "vp8",
      input: `color=c=black:size=640x360:rate=30,drawbox=c=white:t=fill:enable='${on}'`,
      seconds: 1,
    });
    const beep = await audioClip(
      `sine=frequency=1000:sample_rate=48000:samples_per_frame=480,volume='if(${on},4,0)':eval=frame`,
      1,
    );
    const { origin } = harness;
    const [clap, ann, bob, cat] = people(4) as [TestSource, TestSource, TestSource, TestSource];
    // Pictures take longer than sound.
    origin.play(clap, flash, 60);
    origin.play(microphone(clap, ""), beep);
    for (const person of [ann, bob, cat]) origin.play(person, small);
    const job = liveJob({ layout: "spotlight" });
    const programme = await onAir(harness, job, 5);
    origin.speaker(clap.participantId);
    await sleep(5000);
    const pid = programme.compositorPid;
    const clipsOf = [small, large];
    const began = performance.now();
    let rssBefore = 0;
    const rssEachMinute: number[] = [];
    let level = 0;
    const layouts = ["speaker", "spotlight"] as const;
    for (let turn = 0; performance.now() - began < seconds * 1000; turn += 1) {
      if (turn % 5 === 0) await harness.want({ ...job, layout: layouts[(turn / 5) % 2] ?? "grid" });
      const victim = [ann, bob, cat][turn % 3] ?? ann;
      await disturb(harness, victim, turn, clipsOf[turn % 2] ?? small);
      await sleep(1000);
      level = Math.max(level, programme.compositorStatus?.level ?? 0);
      // What is built up once, buffers and scalers, is built up by then.
      if (rssBefore === 0 && performance.now() - began > Math.min(60, seconds / 3) * 1000)
        rssBefore = rssMb(pid ?? 0);
      if (performance.now() - began > (rssEachMinute.length + 1) * 60_000)
        rssEachMinute.push(Math.round(rssMb(pid ?? 0)));
    }
    process.stderr.write(`memory at the end of each minute, MB: ${rssEachMinute.join(" ")}\n`);
    const rssGrowthMb = Math.round(rssMb(pid ?? 0) - rssBefore);
    const restarts = programme.compositorPid === pid ? 0 : 1;
    const url = await end(harness, job);
    const video = (await times(url, "v")).slice(60);
    const steps = video.slice(1).map((time, index) => time - (video[index] ?? 0));
    const audio = await times(url, "a");
    const audioSteps = audio.slice(1).map((time, index) => time - (audio[index] ?? 0));
    return {
      maxFrameGapFrames: Math.round(Math.max(...steps) * 300) / 10,
      maxAudioStepMs: Math.round(Math.max(...audioSteps) * 1e5) / 100,
      ...(await offsets(url)),
      rssGrowthMb,
      restarts,
      level,
    };
  } finally {
    await harness.close();
  }
}

async function disturb({ origin }: Harness, victim: TestSource, turn: number, clip: Clip): Promise<void> {
  const { ssrc, producerId } = victim;
  const kinds = [
    () => origin.player.swap(ssrc, clip),
    () => origin.player.freeze(ssrc, true),
    () => origin.player.freeze(ssrc, false),
    () => origin.player.lose(ssrc, 0.1),
    () =>
      origin
        .remove(producerId)
        .then(() => sleep(300))
        .then(() => origin.play(victim, clip)),
    () => origin.player.lose(ssrc, 0),
  ];
  await kinds[turn % kinds.length]?.();
}

/** Beep less flash in the first and the last seconds, ms (median). */
async function offsets(url: string) {
  const { duration } = await probe(url);
  const heard = await loudness(url);
  const beeps = onsets(heard.levels, heard.windowMs, 0.1);
  const within = async (from: number, to: number): Promise<number | null> => {
    const shown = await pictures(url, 60, { from, to });
    const light = Array.from({ length: shown.count }, (_, index) => shown.at(index, 0.4, 0.3)[0] / 255);
    const found = onsets(light, 1000 / 60, 0.5)
      .slice(1)
      .map((instant) => {
        const at = from * 1000 + instant;
        return (beeps.toSorted((a, b) => Math.abs(a - at) - Math.abs(b - at))[0] ?? 1e9) - at;
      })
      .sort((a, b) => a - b);
    return found.length > 2 ? Math.round(found[Math.floor(found.length / 2)] ?? 0) : null;
  };
  return {
    avOffsetStartMs: await within(1, 11),
    avOffsetEndMs: await within(Math.max(1, duration - 11), duration - 1),
  };
}

/** Pictures between a wish for another layout and the first picture that shows it on its way. */
async function measureSwitch({ times: count }: Extract<Part, { part: "switch" }>) {
  const harness = await Harness.open({ PLAYOUT_DELAY_MS: "150" });
  try {
    const plain = (colour: string) =>
      videoClip({ codec: "vp8", input: `color=c=${colour}:size=640x360:rate=30`, seconds: 1 });
    const [red, green] = people(2) as [TestSource, TestSource];
    harness.origin.play(red, await plain("red"));
    harness.origin.play(green, await plain("lime"));
    const job = liveJob({ layout: "grid" });
    const programme = await onAir(harness, job, 2);
    harness.origin.speaker(red.participantId);
    await sleep(1500);
    const wishes: number[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      wishes.push(Date.now());
      await harness.want({ ...job, layout: turn % 2 === 0 ? "spotlight" : "grid" });
      await sleep(1000);
    }
    const startedAt = (programme.describe(Date.now()).firstFrameAt ?? 0) + 150;
    const shown = await pictures(await end(harness, job), 30);
    // In the middle of the right half: green in the grid; the growing red tile reaches it, the shrinking one leaves it.
    const edge = (n: number) => (isGreen(shown.at(n, 0.52, 0.5)) ? 1 : 0);
    const frames = wishes.map((wishedAt) => {
      const before = Math.floor(((wishedAt - startedAt) * 30) / 1000);
      for (let n = before + 1; n < shown.count; n += 1) if (changed(shown, before, n)) return n - before;
      return 999;
    });
    process.stderr.write(`layout switches: ${frames.join(" ")} frames, ${edge(0)}\n`);
    return {
      layoutSwitchFrames: Math.max(...frames),
      layoutSwitchMedianFrames: frames.sort((a, b) => a - b)[Math.floor(frames.length / 2)] ?? null,
    };
  } finally {
    await harness.close();
  }
}

/** Whether two pictures differ anywhere along the middle line. */
function changed(shown: Awaited<ReturnType<typeof pictures>>, a: number, b: number): boolean {
  for (let x = 0.02; x < 1; x += 0.02) {
    const [p, q] = [shown.at(a, x, 0.5), shown.at(b, x, 0.5)];
    if (Math.abs(p[0] - q[0]) + Math.abs(p[1] - q[1]) + Math.abs(p[2] - q[2]) > 90) return true;
  }
  return false;
}

const parts: { [Name in Part["part"]]: (wish: never) => Promise<object> } = {
  cpu: measureCpu,
  soak: measureSoak,
  switch: measureSwitch,
  loss: async () => {
    const { measureLoss } = await import("./bench-loss.ts");
    return measureLoss();
  },
  harm: async (wish: Extract<Part, { part: "harm" }>) => {
    const { measureHarm } = await import("./bench-harm.ts");
    return measureHarm(wish);
  },
};

const wish = JSON.parse(process.argv[2] ?? "{}") as Part;
const measured = await parts[wish.part](wish as never);
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit(0);
