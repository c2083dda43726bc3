import type { Histogram } from "./histogram.ts";
import type { Receiver } from "./receiver.ts";

/** People who joined together, and the silences they noticed. */
export type Group = {
  receivers: Receiver[];
  /** The personal link each came by. */
  links: Map<Receiver, string>;
  frameGaps: Histogram;
  packetGaps: Record<"audio" | "video", Histogram>;
};

export type PopulationReport = {
  windowMs: number;
  /** CPU of this process, cores. */
  generatorCpuCores: number;
  generatorLoopDelayP99Ms: number;
  generatorLoopDelayMaxMs: number;
  /** What went wrong, how often, since the process began. */
  faults: Record<string, number>;
  groups: Record<string, GroupReport>;
};

export type Totals = { packets: number; bytes: number; lost: number; late: number; duplicates: number };
const none: Totals = { packets: 0, bytes: 0, lost: 0, late: 0, duplicates: 0 };

export function totalsOf(receiver: Receiver): Totals {
  const totals = { ...none };
  for (const { sequence, bytes } of receiver.meters) {
    totals.packets += sequence.received;
    totals.bytes += bytes;
    totals.lost += sequence.lost;
    totals.late += sequence.late;
    totals.duplicates += sequence.duplicates;
  }
  return totals;
}

export const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;
export const ms = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : round(value, 1);

/** When the first frame of any picture could be decoded; Infinity before. */
export const firstFrame = (receiver: Receiver): number =>
  Math.min(
    ...[...receiver.meters]
      .filter(({ kind }) => kind === "video")
      .map(({ firstDecodableAt }) => firstDecodableAt ?? Number.POSITIVE_INFINITY),
  );

/** A stream that has been silent for longer is not being received. */
const silentMs = 2000;

export type GroupReport = ReturnType<typeof describe>;

export function describe(group: Group, base: Map<Receiver, Totals>, windowMs: number) {
  const now = performance.now();
  const present = group.receivers.filter(({ ended }) => ended === undefined);
  const totals = { ...none };
  let worst = { lost: 0, edge: "" };
  const lossy: number[] = [];
  for (const receiver of group.receivers) {
    const own = totalsOf(receiver);
    const before = base.get(receiver) ?? none;
    for (const key of Object.keys(none) as (keyof Totals)[]) totals[key] += own[key] - before[key];
    const lost = own.lost - before.lost;
    if (lost > 0) lossy.push(lost);
    if (lost > worst.lost) worst = { lost, edge: receiver.edge };
  }
  const receives = (receiver: Receiver, kind: "audio" | "video") =>
    [...receiver.meters].some((meter) => meter.kind === kind && now - meter.lastPacketAt < silentMs);
  const since = (
    from: (receiver: Receiver) => number | undefined,
    to: (receiver: Receiver) => number | undefined,
  ) =>
    spread(
      // Who never came that far took for ever: leaving them out would flatter the percentiles.
      group.receivers.map((receiver) => {
        const [a, b] = [from(receiver), to(receiver)];
        return a === undefined || b === undefined ? Number.POSITIVE_INFINITY : b - a;
      }),
    );
  const byEdge: Record<string, number> = {};
  for (const { edge } of present) byEdge[edge] = (byEdge[edge] ?? 0) + 1;
  return {
    asked: group.receivers.length,
    present: present.length,
    withAudio: present.filter((receiver) => receives(receiver, "audio")).length,
    withVideo: present.filter((receiver) => receives(receiver, "video")).length,
    byEdge,
    ...totals,
    packetsPerSec: round((totals.packets * 1000) / windowMs),
    mbitPerSec: round((totals.bytes * 8) / 1000 / windowMs, 1),
    lossPct: round((totals.lost * 100) / Math.max(1, totals.packets + totals.lost), 4),
    receiversWithLoss: lossy.length,
    worst,
    retransmissions: group.receivers.reduce((sum, { retransmissions }) => sum + retransmissions, 0),
    unannounced: group.receivers.reduce((sum, { unannounced }) => sum + unannounced, 0),
    admitMs: since(
      ({ times }) => times.startedAt,
      ({ times }) => times.admittedAt,
    ),
    greetMs: since(
      ({ times }) => times.admittedAt,
      ({ times }) => times.greetedAt,
    ),
    connectMs: since(
      ({ times }) => times.greetedAt,
      ({ times }) => times.connectedAt,
    ),
    /** The wait for a key frame. */
    connectedToFirstFrameMs: since(({ times }) => times.connectedAt, firstFrame),
    joinToFirstFrameMs: since(({ times }) => times.startedAt, firstFrame),
    admittedToFirstFrameMs: since(({ times }) => times.admittedAt, firstFrame),
    frameGapMs: gapsOf(group.frameGaps),
    audioPacketGapMs: gapsOf(group.packetGaps.audio),
    videoPacketGapMs: gapsOf(group.packetGaps.video),
  };
}

const gapsOf = (histogram: Histogram) => ({
  count: histogram.count,
  p50: ms(histogram.percentile(0.5)),
  p99: ms(histogram.percentile(0.99)),
  max: ms(histogram.max),
});

function spread(values: number[]) {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number) => ms(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
  return { count: sorted.filter(Number.isFinite).length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
