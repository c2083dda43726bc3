import type { Delivery } from "@rostrum/protocol";

export type Interval = { joinedAt: number; leftAt: number | null; delivery: Delivery };
export type AttendanceSummary = {
  firstJoinedAt: number | null;
  lastLeftAt: number | null;
  /** Time present, ms: overlapping intervals (two tabs, a rejoin) count once. */
  totalMs: number;
  joins: number;
  delivery: "" | "webrtc" | "hls" | "webrtc+hls";
};

/** One truthful line per registrant from all of their intervals; an open interval lasts until `now`. */
export function summariseAttendance(intervals: readonly Interval[], now: number): AttendanceSummary {
  const sorted = [...intervals].sort((a, b) => a.joinedAt - b.joinedAt);
  let totalMs = 0;
  let coveredUntil = Number.NEGATIVE_INFINITY;
  for (const { joinedAt, leftAt } of sorted) {
    const end = Math.max(joinedAt, leftAt ?? now);
    totalMs += Math.max(0, end - Math.max(joinedAt, coveredUntil));
    coveredUntil = Math.max(coveredUntil, end);
  }
  const open = sorted.some((interval) => interval.leftAt === null);
  const tiers = new Set(sorted.map((interval) => interval.delivery));
  return {
    firstJoinedAt: sorted[0]?.joinedAt ?? null,
    lastLeftAt:
      open || sorted.length === 0 ? null : Math.max(...sorted.map((interval) => interval.leftAt ?? 0)),
    totalMs,
    joins: sorted.length,
    delivery:
      tiers.size === 2 ? "webrtc+hls" : tiers.has("webrtc") ? "webrtc" : tiers.has("hls") ? "hls" : "",
  };
}
