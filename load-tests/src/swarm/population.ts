import { monitorEventLoopDelay } from "node:perf_hooks";
import { admitAs } from "../wire/api.ts";
import { Histogram } from "./histogram.ts";
import { Receiver } from "./receiver.ts";

export type JoinPlan = {
  /** Personal links, one an attendee. */
  links: string[];
  /** The starts of the joins are spread evenly over this. */
  overMs: number;
  /** Name of these people in the figures. */
  group: string;
  /** Edges that shall not be chosen, as by a client that could not reach them. */
  excludeEdges?: string[];
  /** Socket of a node that asks for no token: nobody is admitted, the links only count. */
  direct?: string;
};

type Group = {
  receivers: Receiver[];
  frameGaps: Histogram;
  packetGaps: Record<"audio" | "video", Histogram>;
};

/** All receivers of this process, in groups, and their figures since the last `startWindow`. */
export class Population {
  readonly #web: string;
  readonly #groups = new Map<string, Group>();
  readonly #faults = new Map<string, number>();
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  #windowAt = performance.now();
  #cpuAt = process.cpuUsage();
  #base = new Map<Receiver, Totals>();

  constructor(web: string) {
    this.#web = web;
    this.#delay.enable();
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known) return known;
    const made = {
      receivers: [],
      frameGaps: new Histogram(),
      packetGaps: { audio: new Histogram(), video: new Histogram() },
    };
    this.#groups.set(name, made);
    return made;
  }

  /** Start every join at its time, whatever became of those before; settles when each is in or has failed. */
  async join(plan: JoinPlan): Promise<void> {
    const { links, overMs, group: name } = plan;
    const group = this.#group(name);
    const beganAt = performance.now();
    await Promise.all(
      links.map(async (link, index) => {
        const due = beganAt + (overMs * index) / links.length;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        const receiver = new Receiver(performance.now(), {
          gaps: {
            onFrameGap: (ms) => group.frameGaps.add(ms),
            onPacketGap: (kind, ms) => group.packetGaps[kind].add(ms),
          },
          onEnd: (reason) => this.#fault(reason),
        });
        group.receivers.push(receiver);
        await this.#admit(receiver, link, plan).catch((error: unknown) => {
          receiver.leave();
          this.#fault(`join: ${error instanceof Error ? error.message : String(error)}`);
        });
      }),
    );
  }

  async #admit(receiver: Receiver, link: string, { direct, excludeEdges }: JoinPlan): Promise<void> {
    if (direct !== undefined) return receiver.join({ nodeId: "direct", url: direct, token: "none" });
    const admission = await admitAs(this.#web, link, "webrtc", excludeEdges);
    if (admission.delivery !== "webrtc")
      throw new Error(`placed in overflow: ${admission.reasons.join(", ")}`);
    await receiver.join(admission.edge);
  }

  #fault(reason: string): void {
    if (reason !== "left") this.#faults.set(reason, (this.#faults.get(reason) ?? 0) + 1);
  }

  leave(name: string): void {
    for (const receiver of this.#group(name).receivers) receiver.leave();
    this.#groups.delete(name);
  }

  async setPaused(name: string, paused: boolean): Promise<void> {
    await Promise.all(this.#group(name).receivers.map((receiver) => receiver.setPaused(paused)));
  }

  /** Figures from here on. */
  startWindow(): void {
    this.#windowAt = performance.now();
    this.#cpuAt = process.cpuUsage();
    this.#delay.reset();
    this.#base = new Map();
    for (const { receivers, frameGaps, packetGaps } of this.#groups.values()) {
      frameGaps.clear();
      packetGaps.audio.clear();
      packetGaps.video.clear();
      for (const receiver of receivers) {
        this.#base.set(receiver, totalsOf(receiver));
        for (const meter of receiver.meters) meter.startWindow();
      }
    }
  }

  report(): PopulationReport {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.#cpuAt);
    const windowMs = now - this.#windowAt;
    return {
      windowMs: Math.round(windowMs),
      generatorCpuCores: round((user + system) / 1000 / windowMs, 3),
      generatorLoopDelayP99Ms: round(this.#delay.percentile(99) / 1e6, 1),
      generatorLoopDelayMaxMs: round(this.#delay.max / 1e6, 1),
      faults: Object.fromEntries(this.#faults),
      groups: Object.fromEntries(
        [...this.#groups].map(([name, group]) => [name, describe(group, this.#base, windowMs)]),
      ),
    };
  }
}

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

type Totals = { packets: number; bytes: number; lost: number; late: number; duplicates: number };
const none: Totals = { packets: 0, bytes: 0, lost: 0, late: 0, duplicates: 0 };

function totalsOf(receiver: Receiver): Totals {
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

const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;
const ms = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : round(value, 1);

/** A stream that has been silent for longer is not being received. */
const silentMs = 2000;

export type GroupReport = ReturnType<typeof describe>;

function describe(group: Group, base: Map<Receiver, Totals>, windowMs: number) {
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
  const firstFrame = (receiver: Receiver) =>
    Math.min(
      ...[...receiver.meters]
        .filter(({ kind }) => kind === "video")
        .map(({ firstDecodableAt }) => firstDecodableAt ?? Number.POSITIVE_INFINITY),
    );
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
