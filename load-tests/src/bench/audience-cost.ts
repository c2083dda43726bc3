import { only } from "./audience-burst.ts";
import type { Swarm } from "./audience-children.ts";
import { CpuMeter, workerOf } from "./audience-cpu.ts";
import { edgeNames, type World } from "./audience-world.ts";
import { withBareStage } from "./bare-stage.ts";

export type CostResult = {
  receivers: number;
  /** CPU of the media worker per packet it forwarded, us: one figure a round. */
  oursUs: number[];
  bareUs: number[];
  /** Median of ours over median of bare. */
  ratio: number;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};

/**
 * One edge's media worker against a bare one that forwards the same streams to as many receivers of the same swarm. Both
 * are there all the time; one is paused while the other is measured, in turns, so that what else the machine does falls
 * on both.
 */
export async function compareCost(
  world: World,
  options: { receivers: number; rounds: number; windowMs: number },
): Promise<CostResult> {
  const { product, crowd, links } = world;
  return withBareStage(async ({ url, workerPid }) => {
    try {
      const [edge, ...others] = edgeNames;
      const joining = { links: links.slice(0, options.receivers), overMs: options.receivers * 10 };
      await crowd.tell({ do: "join", ...joining, group: "ours", excludeEdges: others });
      await crowd.tell({ do: "join", ...joining, group: "bare", direct: url });
      const sides = [
        { group: "ours", cpu: new CpuMeter([workerOf(product.pid(edge))]), us: [] as number[] },
        { group: "bare", cpu: new CpuMeter([workerPid]), us: [] as number[] },
      ];
      for (const { group } of sides) await crowd.tell({ do: "pause", group });
      for (let round = 0; round < options.rounds; round++) {
        // Who goes first changes from round to round.
        for (const side of round % 2 === 0 ? sides : sides.toReversed())
          side.us.push(await measureSide(crowd, side, options.windowMs));
      }
      const [ours, unadorned] = sides.map(({ us }) => us) as [number[], number[]];
      return {
        receivers: options.receivers,
        oursUs: ours,
        bareUs: unadorned,
        ratio: median(ours) / median(unadorned),
      };
    } finally {
      await crowd.tell({ do: "leave", group: "ours" });
      await crowd.tell({ do: "leave", group: "bare" });
    }
  });
}

/** CPU per packet of the side that flows alone, us. */
async function measureSide(
  crowd: Swarm,
  side: { group: string; cpu: CpuMeter },
  windowMs: number,
): Promise<number> {
  await crowd.tell({ do: "resume", group: side.group });
  await wait(1500);
  await crowd.tell({ do: "window" });
  side.cpu.start();
  await wait(windowMs);
  const { ms } = side.cpu.read();
  const { packets, present } = only(await crowd.report(), side.group);
  await crowd.tell({ do: "pause", group: side.group });
  if (packets === 0) throw new Error(`${present} receivers of ${side.group} got nothing`);
  return (ms * 1000) / packets;
}
