import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { percentile } from "./figures.ts";
import { attendanceFaults } from "./kills-attendance.ts";
import { type KillCase, killCases } from "./kills-cases.ts";
import { Cut } from "./kills-cut.ts";
import { longestGap } from "./kills-gaps.ts";
import { OtherUse } from "./kills-machine.ts";
import { Scene, type Viewer } from "./kills-scene.ts";
import { Writers } from "./kills-writers.ts";

export type CaseResult = {
  case: string;
  runs: number;
  /** Longest time without a new frame, of each viewer who was hit. */
  gapP50Ms: number | null;
  gapP95Ms: number | null;
  gapMaxMs: number | null;
  soundGapP95Ms: number | null;
  /** The same of viewers on other nodes, and of everybody just before. */
  othersMaxMs: number | null;
  beforeP95Ms: number | null;
  /** Durable rows that were acknowledged and are missing, doubled, or not in the room. */
  lost: number;
  /** What else was not as it should be. */
  faults: string[];
  /**
   * Repetitions on a machine that had too much else to do: the picture was not steady before, or others used more than
   * a core. Where three or more were without, the figures are theirs.
   */
  noisy: number;
  loadAverage: number;
};

export type KillsResult = {
  edgeKillP95Ms: number | null;
  originKillP95Ms: number | null;
  cases: CaseResult[];
};

const beforeMs = 2000;
/** A picture is steady while no two frames are further apart, ms; waited for no longer than this, ms. */
const steadyGapMs = 200;
/** Others may use this much of the machine, cores. */
const quietCores = 1;
const calmWithinMs = 60_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Gaps = {
  picture: number;
  sound: number;
  before: number;
  /** From the disturbance to the next connection; null when the old one held. */
  connected: number | null;
  hit: boolean;
};
type Run = { gaps: Gaps[]; lost: string[]; faults: string[]; noisy: boolean; others: number };

/** Wait for two seconds of a steady picture on a machine that others use too; false when there are none for a while. */
async function calm(scene: Scene, viewers: readonly Viewer[]): Promise<boolean> {
  for (const since = Date.now(); Date.now() - since < calmWithinMs; ) {
    await wait(beforeMs);
    const now = Date.now();
    const records = await Promise.all(viewers.map((viewer) => scene.read(viewer, now - beforeMs - 1000)));
    if (records.every(({ frames }) => longestGap(frames, now - beforeMs, now) <= steadyGapMs)) return true;
  }
  return false;
}

/** One repetition: two quiet seconds, the disturbance at a random moment, and a watch. */
async function play(
  scene: Scene,
  kill: KillCase,
  repetition: number,
  viewers: readonly Viewer[],
): Promise<Run> {
  await scene.settle();
  await kill.prepare?.(scene);
  await scene.settle();
  const writers = await Writers.prepare(scene);
  const places = await scene.edgesOfViewers();
  const noisy = !(await calm(scene, viewers));
  await wait(Math.random() * 1000);
  const writing = writers.write(kill.watchMs / 2);
  const at = Date.now();
  const { edge, check } = await kill.disturb(scene, repetition);
  const use = new OtherUse();
  const until = at + kill.watchMs;
  const checking = wait(kill.watchMs / 2).then(() => check?.(scene, at) ?? []);
  await wait(until - Date.now());
  const faults = await checking;
  const others = Math.round(use.cores() * 10) / 10;
  await writing;
  const gaps = await Promise.all(
    viewers.map(async (viewer, i): Promise<Gaps> => {
      const { frames, sounds, stays } = await scene.read(viewer, at - beforeMs - 1000);
      const hit = edge === undefined || places[i] === edge;
      const next = stays.find((stay) => stay.at >= at);
      return {
        hit,
        connected: next ? next.at - at : null,
        picture: longestGap(frames, at, until),
        sound: longestGap(sounds, at, until),
        before: longestGap(
          frames.filter((frame) => frame <= at),
          at - beforeMs,
          at,
        ),
      };
    }),
  );
  await scene.settle();
  if (writers.refused > 0) faults.push(`${writers.refused} writes were not acknowledged in 20 s`);
  return { gaps, faults, noisy: noisy || others > quietCores, others, lost: await writers.faults() };
}

/** A repetition that could not be played to its end is a fault, and the next one begins with everybody there again. */
async function broken(scene: Scene, error: unknown): Promise<Run> {
  say(`  ${await scene.describe()}`);
  await scene.repair();
  return {
    gaps: [],
    noisy: false,
    others: 0,
    lost: [],
    faults: [error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)],
  };
}

async function measure(scene: Scene, kill: KillCase, runs: number): Promise<CaseResult> {
  say(kill.name);
  const since = Date.now();
  const done: Run[] = [];
  const repeat = async (viewers: readonly Viewer[]): Promise<void> => {
    for (let i = 0; i < runs; i++) {
      const run = await play(scene, kill, i, viewers).catch((error: unknown) => broken(scene, error));
      done.push(run);
      const hit = run.gaps
        .filter((gap) => gap.hit)
        .map(({ picture, sound, connected }) => `${picture}/${sound}/${connected ?? "-"}`);
      say(
        `  ${i + 1}/${runs} others ${run.others} cores, gap of picture/sound/connection ${hit.join(" ")} ms ${[...run.faults, ...run.lost].join("; ")}`,
      );
    }
  };
  if (kill.tier === "webrtc") await repeat(scene.viewers);
  else await scene.withBroadcastViewer((viewer) => repeat([viewer]));
  const lost = [...done.flatMap((run) => run.lost), ...(await attendanceFaults(scene, since))];
  if (lost.length > 0) say(`  lost: ${lost.join("; ")}`);
  const quiet = done.filter((run) => !run.noisy);
  const all = (quiet.length >= 3 ? quiet : done).flatMap(({ gaps }) => gaps);
  const hit = all.filter((gap) => gap.hit);
  const pictures = hit.map(({ picture }) => picture);
  const others = all.filter((gap) => !gap.hit).map(({ picture }) => picture);
  return {
    case: kill.name,
    runs: done.length,
    gapP50Ms: percentile(pictures, 0.5),
    gapP95Ms: percentile(pictures, 0.95),
    gapMaxMs: percentile(pictures, 1),
    soundGapP95Ms:
      kill.tier === "webrtc"
        ? percentile(
            hit.map(({ sound }) => sound),
            0.95,
          )
        : null,
    othersMaxMs: percentile(others, 1),
    beforeP95Ms: percentile(
      all.map(({ before }) => before),
      0.95,
    ),
    lost: lost.length,
    faults: [...done.flatMap((run) => run.faults), ...lost],
    noisy: done.filter((run) => run.noisy).length,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** Cases of one scene, one after the other. */
async function playAll(home: string, cases: readonly KillCase[], runs: number): Promise<CaseResult[]> {
  const scene = await Scene.open(home, { distant: cases[0]?.distant === true });
  const results: CaseResult[] = [];
  const stop = () => void scene.close().then(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    for (const kill of cases) {
      const result = await measure(scene, kill, runs);
      say(`  ${JSON.stringify(result)}`);
      results.push(result);
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    await scene.close();
  }
  return results;
}

/**
 * Kills one node after the other while three people watch in real browsers: how long each is without picture and sound,
 * whether the right part took over, and whether anything durable was lost. ROSTRUM_BENCH_CASES: only cases whose name has
 * one of these words, separated by commas, in it; ROSTRUM_BENCH_RUNS: repetitions of each.
 */
export async function measureKills(options: {
  short: boolean;
  /** Names of the cases to play, whole, instead of the words of ROSTRUM_BENCH_CASES. */
  only?: readonly string[];
}): Promise<KillsResult> {
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-kills-"));
  const runs = Number(process.env.ROSTRUM_BENCH_RUNS ?? (options.short ? 3 : 10));
  const only =
    options.only ?? (process.env.ROSTRUM_BENCH_CASES ?? "").split(",").filter((word) => word !== "");
  const cases: CaseResult[] = [];
  const noCut = await Cut.fault();
  const wanted = killCases.filter(
    ({ name }) =>
      (!options.only || options.only.includes(name)) &&
      (only.length === 0 || only.some((word) => name.includes(word))),
  );
  for (const { name, cuts } of wanted) if (cuts && noCut) say(`left out, ${noCut}: ${name}`);
  const possible = wanted.filter(({ cuts }) => !cuts || !noCut);
  try {
    for (const distant of [false, true]) {
      const here = possible.filter((kill) => (kill.distant === true) === distant);
      if (here.length > 0) cases.push(...(await playAll(path.join(home, `scene-${distant}`), here, runs)));
    }
  } finally {
    if (process.env.ROSTRUM_BENCH_KEEP !== "1") rmSync(home, { recursive: true, force: true });
    else say(`kept ${home}`);
  }
  const p95 = (name: string) => cases.find((row) => row.case === name)?.gapP95Ms ?? null;
  return { edgeKillP95Ms: p95("edge SIGKILL"), originKillP95Ms: p95("origin SIGKILL"), cases };
}
