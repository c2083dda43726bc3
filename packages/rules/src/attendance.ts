import type { Delivery } from "@rostrum/protocol";

export type Interval = { joinedAt: number; leftAt: number | null; delivery: Delivery };
/** When the webinar was live, epoch ms; null: not yet. */
export type EventTimes = { liveAt: number | null; endedAt: number | null };
export type AttendanceSummary = {
  firstJoinedAt: number | null;
  lastLeftAt: number | null;
  /** Time present, ms: overlapping intervals (two tabs, a rejoin) count once. */
  totalMs: number;
  joins: number;
  delivery: "" | "webrtc" | "hls" | "webrtc+hls";
};
/** `totalMs` in three parts; `duringMs` is never more than the event took. */
export type Attendance = AttendanceSummary & { beforeMs: number; duringMs: number; afterMs: number };

/** A stretch of presence, epoch ms; the end is not part of it. */
export type Span = readonly [from: number, to: number];

/** The stretches somebody was present in, in order and apart; an open interval lasts until `now`. */
export function unionOf(intervals: readonly Pick<Interval, "joinedAt" | "leftAt">[], now: number): Span[] {
  const spans: [number, number][] = [];
  for (const { joinedAt, leftAt } of [...intervals].sort((a, b) => a.joinedAt - b.joinedAt)) {
    const end = Math.max(joinedAt, leftAt ?? now);
    const last = spans.at(-1);
    if (last && joinedAt <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([joinedAt, end]);
  }
  return spans;
}

/** How long the spans lie inside `from` to `to`, ms. */
const within = (spans: readonly Span[], from: number, to: number): number =>
  spans.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);

/** One truthful line per registrant from all of their intervals; an open interval lasts until `now`. */
export function summariseAttendance(intervals: readonly Interval[], now: number): AttendanceSummary {
  const spans = unionOf(intervals, now);
  const open = intervals.some((interval) => interval.leftAt === null);
  const tiers = new Set(intervals.map((interval) => interval.delivery));
  return {
    firstJoinedAt: spans[0]?.[0] ?? null,
    lastLeftAt: open ? null : (spans.at(-1)?.[1] ?? null),
    totalMs: within(spans, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    joins: intervals.length,
    delivery:
      tiers.size === 2 ? "webrtc+hls" : tiers.has("webrtc") ? "webrtc" : tiers.has("hls") ? "hls" : "",
  };
}

/** The same line with the time split by the event: before it was live, while, and after. */
export function attendanceOf(intervals: readonly Interval[], event: EventTimes, now: number): Attendance {
  const spans = unionOf(intervals, now);
  const from = event.liveAt ?? Number.POSITIVE_INFINITY;
  const to = Math.max(from, event.endedAt ?? Number.POSITIVE_INFINITY);
  return {
    ...summariseAttendance(intervals, now),
    beforeMs: within(spans, Number.NEGATIVE_INFINITY, from),
    duringMs: within(spans, from, to),
    afterMs: within(spans, to, Number.POSITIVE_INFINITY),
  };
}

/** How long the event took so far, ms. */
export const eventMs = ({ liveAt, endedAt }: EventTimes, now: number): number =>
  liveAt === null ? 0 : Math.max(0, (endedAt ?? now) - liveAt);
