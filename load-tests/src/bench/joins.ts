import { type BurstResult, joinBurst, only } from "./audience-burst.ts";
import { openWorld, seatWatchers } from "./audience-world.ts";
import type { JoinCost } from "./join-cost.ts";

const watching = 10;
const attendees = Number(process.env.ROSTRUM_BENCH_ATTENDEES ?? 1000);

export type JoinsResult = {
  /** The first burst finds cold code; of the others the median. */
  firstBurstFirstFrameP95Ms: number | null;
  smallBurstFirstFrameP95Ms: number | null;
  largeBurstFirstFrameP95Ms: number | null;
  watchersSteadyGapP99Ms: number | null;
  watchersSmallBurstGapP99Ms: number | null;
  watchersLargeBurstGapP99Ms: number | null;
  cpuMsPerJoin: JoinCost;
  cpuMsPerJoinLarge: JoinCost;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const middle = <T>(items: readonly T[], by: (item: T) => number | null): T => {
  const of = (item: T): number => by(item) ?? Number.POSITIVE_INFINITY;
  const sorted = [...items].sort((a, b) => of(a) - of(b));
  const found = sorted[(sorted.length - 1) >> 1];
  if (found === undefined) throw new Error("there was no burst");
  return found;
};

/** Stampedes alone, as often as it takes to tell a change from chance: 300 in a second, then the thousand in three. */
export async function measureJoins({ short }: { short: boolean }): Promise<JoinsResult> {
  const world = await openWorld(attendees, say);
  try {
    const links = world.links.slice(watching);
    await seatWatchers(world, world.links.slice(0, watching));
    await wait(5000);
    await world.watchers.tell({ do: "window" });
    await wait(10_000);
    const steady = only(await world.watchers.report(), "watchers").frameGapMs.p99;
    const burst = async (count: number, overMs: number): Promise<BurstResult> => {
      const plan = { links: links.slice(0, count), overMs, group: "burst", settleMs: 60_000 };
      const result = await joinBurst(world, plan);
      tell(result);
      await world.crowd.tell({ do: "leave", group: "burst" });
      await wait(5000);
      return result;
    };
    const small: BurstResult[] = [];
    for (let i = 0; i < (short ? 4 : 8); i++) small.push(await burst(300, 1000));
    const large: BurstResult[] = [];
    for (let i = 0; i < (short ? 1 : 3); i++) large.push(await burst(links.length, 3000));
    const [first, ...warm] = small;
    const [one, many] = [
      middle(warm, ({ firstFrameP95Ms }) => firstFrameP95Ms),
      middle(large, ({ firstFrameP95Ms }) => firstFrameP95Ms),
    ];
    return {
      firstBurstFirstFrameP95Ms: first?.firstFrameP95Ms ?? null,
      smallBurstFirstFrameP95Ms: one.firstFrameP95Ms,
      largeBurstFirstFrameP95Ms: many.firstFrameP95Ms,
      watchersSteadyGapP99Ms: steady,
      watchersSmallBurstGapP99Ms: one.watchersP99FrameGapMs,
      watchersLargeBurstGapP99Ms: many.watchersP99FrameGapMs,
      cpuMsPerJoin: middle(warm, ({ cost }) => cost.all).cost,
      cpuMsPerJoinLarge: middle(large, ({ cost }) => cost.all).cost,
    };
  } finally {
    await world.close();
  }
}

function tell({ asked, present, cost, report, cores, ...burst }: BurstResult): void {
  const { admitMs, greetMs, connectMs, connectedToFirstFrameMs } = only(report, "burst");
  say(
    `${present} of ${asked}: first frame p50 ${burst.firstFrameP50Ms}, p95 ${burst.firstFrameP95Ms} ms (p95 of admission ` +
      `${admitMs.p95}, greeting ${greetMs.p95}, connection ${connectMs.p95}, key frame ${connectedToFirstFrameMs.p95}); ` +
      `watchers' gap p99 ${burst.watchersP99FrameGapMs} ms; CPU ms a join ${JSON.stringify(cost)}; ${cores}; ` +
      `faults ${JSON.stringify(report.faults)}`,
  );
}
