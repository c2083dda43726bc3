import { type BurstResult, joinBurst, only } from "./audience-burst.ts";
import { compareCost } from "./audience-cost.ts";
import { CpuMeter, rssKb, tree } from "./audience-cpu.ts";
import { measureGlass } from "./audience-glass.ts";
import { Judges } from "./audience-judges.ts";
import { MachineMeter, quietMachine } from "./audience-machine.ts";
import { measureSeatPromotion } from "./audience-seats.ts";
import { edgeNames, openWorld, seatWatchers, type World } from "./audience-world.ts";
import { measureKills } from "./kills.ts";

export type AudienceResult = {
  attendees: number | null;
  lossPct: number | null;
  packetsPerSec: number | null;
  mbitPerSec: number | null;
  originCpuRatio1000to10: number | null;
  workerCpuRatioVsBare: number | null;
  joinBurstFirstFrameP95Ms: number | null;
  joinBurstKeyframesPerSec: number | null;
  glassToGlassP50Ms: number | null;
  glassToGlassP95Ms: number | null;
  edgeKillP95Ms: number | null;
  originKillP95Ms: number | null;
  seatPromotionMs: number | null;
  rssKbPerAttendee: number | null;
};

/** How long to wait for a machine that nobody else uses. */
const patienceMs = Number(process.env.ROSTRUM_BENCH_PATIENCE_S ?? 0) * 1000;
const watching = 10;
/** Real browsers among them, beside the number of attendees: two, as each takes as much CPU as a hundred of the swarm. */
const judging = Number(process.env.ROSTRUM_BENCH_JUDGES ?? 2);
/** Fewer on machines that cannot carry a thousand; the result says how many it was. */
const attendees = Number(process.env.ROSTRUM_BENCH_ATTENDEES ?? 1000);

/** How long the whole crowd is watched, s; ten minutes unless it must be short. */
const steadySeconds = Number(process.env.ROSTRUM_BENCH_STEADY_S ?? Number.NaN);

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

export async function measureAudience({ short }: { short: boolean }): Promise<AudienceResult> {
  const result: AudienceResult = {
    attendees: null,
    lossPct: null,
    packetsPerSec: null,
    mbitPerSec: null,
    originCpuRatio1000to10: null,
    workerCpuRatioVsBare: null,
    joinBurstFirstFrameP95Ms: null,
    joinBurstKeyframesPerSec: null,
    glassToGlassP50Ms: null,
    glassToGlassP95Ms: null,
    edgeKillP95Ms: null,
    originKillP95Ms: null,
    seatPromotionMs: null,
    rssKbPerAttendee: null,
  };
  const world = await openWorld(attendees + judging, say);
  try {
    if (!(await quietMachine(world, patienceMs)))
      say("others use this machine too: the figures are of what they left");
    const steadyMs = steadySeconds > 0 ? steadySeconds * 1000 : short ? 60_000 : 600_000;
    await measureCrowd(world, result, { steadyMs, fewMs: short ? 20_000 : 60_000 });
    const rounds = short ? 5 : 15;
    const cost = await compareCost(world, { receivers: Math.min(300, attendees), rounds, windowMs: 5000 });
    result.workerCpuRatioVsBare = round(cost.ratio, 3);
    say(`worker CPU per packet, us: ours ${list(cost.oursUs)}; bare ${list(cost.bareUs)}`);
    result.seatPromotionMs = await measureSeatPromotion(world);
    say(`a seat of 100 freed: the first of 50 who waited had a frame after ${result.seatPromotionMs} ms`);
    const glass = await measureGlass(world.product, short ? 150 : 600);
    result.glassToGlassP50Ms = glass.p50Ms;
    result.glassToGlassP95Ms = glass.p95Ms;
    say(`glass to glass: ${glass.frames} frames, p50 ${glass.p50Ms} ms, p95 ${glass.p95Ms} ms`);
  } finally {
    await world.close();
  }
  const kills = await measureKills({ short, only: ["edge SIGKILL", "origin SIGKILL"] });
  result.edgeKillP95Ms = kills.edgeKillP95Ms;
  result.originKillP95Ms = kills.originKillP95Ms;
  return result;
}

const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(" ");

/** Ten people, then three hundred at once, then a thousand at once, who stay. */
async function measureCrowd(
  world: World,
  result: AudienceResult,
  times: { steadyMs: number; fewMs: number },
): Promise<void> {
  const { product, watchers, crowd } = world;
  const links = world.links.slice(0, attendees);
  await seatWatchers(world, links.slice(0, watching));
  await wait(5000);
  const origin = new CpuMeter(tree(product.pid("origin")));
  await watchers.tell({ do: "window" });
  origin.start();
  await wait(times.fewMs);
  const originAtFew = origin.read().cores;
  const steady = only(await watchers.report(), "watchers");
  const rssAtFew = edgesRssKb(world);
  say(
    `${steady.present} watch: frame gap p99 ${steady.frameGapMs.p99} ms; origin ${originAtFew.toFixed(4)} cores`,
  );

  const first = await joinBurst(world, {
    links: links.slice(watching, watching + 300),
    overMs: 1000,
    group: "burst",
    settleMs: 30_000,
  });
  tell(first, 1, steady.frameGapMs.p99);
  await crowd.tell({ do: "leave", group: "burst" });
  await wait(5000);
  const second = await joinBurst(world, {
    links: links.slice(watching),
    overMs: 3000,
    group: "crowd",
    settleMs: 60_000,
  });
  tell(second, 3, steady.frameGapMs.p99);
  result.joinBurstFirstFrameP95Ms = worst(first.firstFrameP95Ms, second.firstFrameP95Ms);
  result.joinBurstKeyframesPerSec = Math.max(first.keyframesPerSec, second.keyframesPerSec);

  await everybodyIn(world);
  await Promise.all([watchers.tell({ do: "window" }), crowd.tell({ do: "window" })]);
  origin.start();
  const machine = new MachineMeter(world);
  await wait(times.steadyMs);
  const originAtMany = origin.read().cores;
  const cores = machine.read();
  const rss = edgesRssKb(world);
  const [crowdReport, watchersReport] = await Promise.all([crowd.report(), watchers.report()]);
  const [many, seated] = [only(crowdReport, "crowd"), only(watchersReport, "watchers")];
  const heard = Math.min(many.withAudio, many.withVideo) + Math.min(seated.withAudio, seated.withVideo);
  result.attendees = heard;
  const [lost, packets] = [many.lost + seated.lost, many.packets + seated.packets];
  result.lossPct = round((lost * 100) / Math.max(1, lost + packets), 4);
  result.packetsPerSec = many.packetsPerSec + seated.packetsPerSec;
  result.mbitPerSec = round(many.mbitPerSec + seated.mbitPerSec, 1);
  result.originCpuRatio1000to10 = round(originAtMany / originAtFew, 3);
  result.rssKbPerAttendee = Math.round((rss - rssAtFew) / (heard - watching));
  say(
    `${heard} attendees for ${times.steadyMs / 1000} s: ${result.packetsPerSec} packets/s, ${result.mbitPerSec} Mbit/s, ` +
      `${many.asked + seated.asked - many.present - seated.present} dropped; ${lost} of ${packets + lost} lost at ${many.receiversWithLoss + seated.receiversWithLoss} receivers; ` +
      `origin ${originAtMany.toFixed(4)} cores; ${cores}; generator's loop delay p99 ${crowdReport.generatorLoopDelayP99Ms} ms; ` +
      `worst receiver lost ${many.worst.lost} ` +
      `(${many.worst.edge}); by edge ${JSON.stringify(many.byEdge)}; ` +
      `faults ${JSON.stringify({ ...crowdReport.faults, ...watchersReport.faults })}`,
  );
  await judge(world);
  await crowd.tell({ do: "leave", group: "crowd" });
  // What comes next counts what one edge forwards: to nobody else.
  await watchers.tell({ do: "leave", group: "watchers" });
  await wait(3000);
}

/** A minute of the same crowd as real browsers in it see it; apart from the figures before, which their CPU would change. */
async function judge({ links }: World): Promise<void> {
  if (judging === 0) return;
  const judges = await Judges.seat(links.slice(attendees));
  try {
    await wait(5000);
    await judges.startWindow();
    await wait(60_000);
    const { leastFps, p99GapMs, maxGapMs, jitterBufferMs, ...counted } = await judges.verdict();
    say(
      `in Chromium among them: ${leastFps} frames/s, gap p99 ${p99GapMs}, max ${maxGapMs} ms, jitter buffer ` +
        `${jitterBufferMs} ms; ${JSON.stringify(counted)}`,
    );
  } finally {
    await judges.close();
  }
}

/** Who did not get in, or fell out, in the stampede comes again without haste, some times at most. */
async function everybodyIn({ crowd }: World): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await wait(3000);
    const { retried } = await crowd.tell({ do: "retry", group: "crowd", overMs: 20_000 });
    if (retried === 0) return;
    say(`${String(retried)} came again`);
  }
}

const edgesRssKb = ({ product }: World): number =>
  rssKb(edgeNames.flatMap((name) => tree(product.pid(name))));

const worst = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.round(Math.max(a, b));

function tell(burst: BurstResult, seconds: number, steadyP99: number | null): void {
  const { generatorLoopDelayP99Ms, faults } = burst.report;
  say(
    `${burst.asked} in ${seconds} s: ${burst.present} came in; first frame p50 ${burst.firstFrameP50Ms}, p95 ${burst.firstFrameP95Ms} ms ` +
      `(after the admission ${burst.admittedToFirstFrameP95Ms}); ${burst.keyframes} key frame requests, at most ` +
      `${burst.keyframesPerSec} in a second; watchers' frame gap p99 ${burst.watchersP99FrameGapMs}, max ` +
      `${burst.watchersMaxFrameGapMs} ms (steady p99 ${steadyP99}); generator's loop delay p99 ` +
      `${generatorLoopDelayP99Ms} ms; CPU ms a join ${JSON.stringify(burst.cost)}; ${burst.cores}; faults ${JSON.stringify(faults)}`,
  );
}
