import type { MediaReport } from "@rostrum/protocol";

type Counts = { freezes: number; frozenMs: number; framesDecoded: number };
type Stat = {
  type: string;
  kind?: string;
  freezeCount?: number;
  totalFreezesDuration?: number;
  framesDecoded?: number;
};

const none: Counts = { freezes: 0, frozenMs: 0, framesDecoded: 0 };

/** Sums of the inbound video streams (W3C webrtc-stats, RTCInboundRtpStreamStats). */
export function countsOf(report: Iterable<Stat>): Counts {
  const counts = { ...none };
  for (const stat of report) {
    if (stat.type !== "inbound-rtp" || stat.kind !== "video") continue;
    counts.freezes += stat.freezeCount ?? 0;
    counts.frozenMs += Math.round((stat.totalFreezesDuration ?? 0) * 1000);
    counts.framesDecoded += stat.framesDecoded ?? 0;
  }
  return counts;
}

/** Makes reports of what has changed since the one before. A stream that ended takes its counts along: never negative. */
export class MediaReporter {
  #before = none;
  #firstFrameTold = false;
  #layerSwitches = 0;

  layerSwitched(): void {
    this.#layerSwitches++;
  }

  next(stats: Iterable<Stat>, firstFrameMs: number | undefined): MediaReport {
    const counts = countsOf(stats);
    const since = (name: keyof Counts): number => Math.max(0, counts[name] - this.#before[name]);
    const report: MediaReport = {
      freezes: since("freezes"),
      frozenMs: since("frozenMs"),
      framesDecoded: since("framesDecoded"),
      layerSwitches: this.#layerSwitches,
      ...(firstFrameMs !== undefined && !this.#firstFrameTold ? { firstFrameMs } : {}),
    };
    this.#firstFrameTold ||= firstFrameMs !== undefined;
    this.#before = counts;
    this.#layerSwitches = 0;
    return report;
  }
}
