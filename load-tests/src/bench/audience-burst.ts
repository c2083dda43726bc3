import type { GroupReport, PopulationReport } from "../swarm/population-report.ts";
import { MachineMeter } from "./audience-machine.ts";
import type { World } from "./audience-world.ts";
import { type JoinCost, JoinCostMeter } from "./join-cost.ts";

export type BurstResult = {
  asked: number;
  present: number;
  firstFrameP50Ms: number | null;
  firstFrameP95Ms: number | null;
  /** From the admission's answer on: what edge and origin took, web aside. */
  admittedToFirstFrameP95Ms: number | null;
  /** Most key frame requests that reached the panelist within any one second of the burst. */
  keyframesPerSec: number;
  keyframes: number;
  /** Of those who watched already, while the others came. */
  watchersMaxFrameGapMs: number | null;
  watchersP99FrameGapMs: number | null;
  /** Who used the machine meanwhile. */
  cores: string;
  /** CPU until the last had joined; what was forwarded meanwhile is in it. */
  cost: JoinCost;
  report: PopulationReport;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const only = (report: PopulationReport, group: string): GroupReport => {
  const found = report.groups[group];
  if (!found) throw new Error(`the swarm has no group ${group}`);
  return found;
};

/** Most of the sorted moments that lie within any one second. */
export function busiestSecond(moments: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < moments.length; to++) {
    while ((moments[to] ?? 0) - (moments[from] ?? 0) >= 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** Many joins at once, from the admission request on, until the last has a frame or has had the time for it. */
export async function joinBurst(
  world: World,
  plan: { links: string[]; overMs: number; group: string; settleMs: number },
): Promise<BurstResult> {
  const { crowd, watchers, panelist } = world;
  await watchers.tell({ do: "window" });
  const machine = new MachineMeter(world);
  const meter = new JoinCostMeter(world);
  const from = Date.now();
  await crowd.tell({ do: "join", ...plan });
  const cores = machine.read();
  const cost = meter.perJoin(plan.links.length);
  // Their joins are through; the last ones' first frame may take another key frame.
  await wait(3000);
  const report = await crowd.report();
  const watched = only(await watchers.report(), "watchers");
  const joined = only(report, plan.group);
  const requests = panelist.keyFrameRequests.filter((at) => at >= from);
  return {
    asked: joined.asked,
    present: joined.present,
    firstFrameP50Ms: joined.joinToFirstFrameMs.p50,
    firstFrameP95Ms: joined.joinToFirstFrameMs.p95,
    admittedToFirstFrameP95Ms: joined.admittedToFirstFrameMs.p95,
    keyframesPerSec: busiestSecond(requests),
    keyframes: requests.length,
    watchersMaxFrameGapMs: watched.frameGapMs.max,
    watchersP99FrameGapMs: watched.frameGapMs.p99,
    cores,
    cost,
    report,
  };
}
