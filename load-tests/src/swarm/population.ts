import { monitorEventLoopDelay } from "node:perf_hooks";
import { admitAs } from "../wire/api.ts";
import { Histogram } from "./histogram.ts";
import {
  describe,
  firstFrame,
  type Group,
  ms,
  type PopulationReport,
  round,
  type Totals,
  totalsOf,
} from "./population-report.ts";
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

/** All receivers of this process, in groups, and their figures since the last `startWindow`. */
export class Population {
  readonly #web: string;
  readonly #groups = new Map<string, Group>();
  readonly #faults = new Map<string, number>();
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  #windowAt = performance.now();
  #leftOneAt = 0;
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
      links: new Map<Receiver, string>(),
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
        group.links.set(receiver, link);
        await this.#admit(receiver, link, plan).catch((error: unknown) => {
          receiver.leave();
          this.#fault(`join: ${error instanceof Error ? error.message : String(error)}`);
        });
      }),
    );
  }

  async #admit(receiver: Receiver, link: string, { direct, excludeEdges }: JoinPlan): Promise<void> {
    if (direct !== undefined) return receiver.join({ nodeId: "direct", url: direct, token: "none" });
    const admission = await admitAs(this.#web, link, "webrtc", { ...(excludeEdges ? { excludeEdges } : {}) });
    if (admission.waiting)
      return receiver.waitForSeat(admission.edge, (servedBy) =>
        admitAs(this.#web, link, "webrtc", { servedBy }),
      );
    if (admission.delivery !== "webrtc")
      throw new Error(`placed in overflow: ${admission.reasons.join(", ")}`);
    await receiver.join(admission.edge);
  }

  #fault(reason: string): void {
    if (reason !== "left") this.#faults.set(reason, (this.#faults.get(reason) ?? 0) + 1);
  }

  /** Those who did not get in, or fell out, come again, as a page would by itself; what became of them before is forgotten. */
  async retry(name: string, overMs: number): Promise<number> {
    const group = this.#group(name);
    const away = group.receivers.filter(({ ended }) => ended !== undefined);
    group.receivers = group.receivers.filter(({ ended }) => ended === undefined);
    const links = away.flatMap((receiver) => group.links.get(receiver) ?? []);
    await this.join({ links, overMs, group: name });
    return links.length;
  }

  leave(name: string): void {
    for (const receiver of this.#group(name).receivers) receiver.leave();
    this.#groups.delete(name);
  }

  /** The first who receives goes; the clock of `promotions` starts. */
  leaveOne(name: string): void {
    const [one] = this.#group(name).receivers.filter((receiver) => receiver.times.connectedAt !== undefined);
    if (!one) throw new Error(`nobody in ${name} has a seat`);
    this.#leftOneAt = performance.now();
    one.leave();
  }

  /** Who got a seat since `leaveOne`, ms after it: the offer, and the first frame that could be decoded. */
  promotions(): { offeredMs: number; firstFrameMs: number | null }[] {
    const since = this.#leftOneAt;
    return [...this.#groups.values()]
      .flatMap(({ receivers }) => receivers)
      .flatMap((receiver) => {
        const { offeredAt } = receiver.times;
        if (offeredAt === undefined || offeredAt < since) return [];
        return [{ offeredMs: round(offeredAt - since), firstFrameMs: ms(firstFrame(receiver) - since) }];
      });
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
