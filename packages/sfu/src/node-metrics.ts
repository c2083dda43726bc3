import type { Metrics } from "@rostrum/platform";
import type { types } from "mediasoup";
import type { MediaNode } from "./media-node.ts";

export type LabelledValue = { labels: Record<string, string>; value: number };

/** What every media node says of its load. */
export function exposeLoad(metrics: Metrics, { load, pool }: MediaNode): void {
  metrics.gauge("media_workers", "Media worker processes that run", () => pool.workers.length);
  metrics.gauge(
    "media_worker_cpu_ratio",
    "Share of one core that the busiest media worker uses",
    () => load.workerCpu,
  );
  metrics.gauge(
    "event_loop_delay_p99_seconds",
    "Delay of the event loop in the last 2 s",
    () => load.eventLoopDelayMs / 1000,
  );
}

type ProducerStat = {
  pliCount: number;
  firCount: number;
  packetsLost: number;
  roundTripTime: number;
  packetCount: number;
};

/** One value of each producer's streams, by the source it carries. A producer that is closing says nothing. */
export async function readStreams(
  producers: readonly { producer: types.Producer; source: string }[],
  read: (stat: ProducerStat) => number,
  join: (a: number, b: number) => number = (a, b) => a + b,
): Promise<LabelledValue[]> {
  const bySource = new Map<string, number>();
  for (const { producer, source } of producers) {
    const stats = await producer.getStats().catch(() => []);
    for (const stat of stats) {
      const value = read({
        pliCount: stat.pliCount,
        firCount: stat.firCount,
        packetsLost: stat.packetsLost,
        packetCount: stat.packetCount,
        roundTripTime: stat.roundTripTime ?? 0,
      });
      const before = bySource.get(source);
      bySource.set(source, before === undefined ? value : join(before, value));
    }
  }
  return [...bySource].map(([source, value]) => ({ labels: { source }, value }));
}
