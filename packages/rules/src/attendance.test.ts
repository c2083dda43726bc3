import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attendanceOf, eventMs, summariseAttendance } from "./attendance.ts";

const stay = fc.record({
  joinedAt: fc.nat(1000),
  length: fc.nat(500),
  delivery: fc.constantFrom("webrtc" as const, "hls" as const),
});
const stays = fc
  .array(stay, { maxLength: 10 })
  .map((list) =>
    list.map(({ joinedAt, length, delivery }) => ({ joinedAt, leftAt: joinedAt + length, delivery })),
  );

describe("attendance", () => {
  it("counts overlapping intervals once, whatever their order", () => {
    fc.assert(
      fc.property(stays, (intervals) => {
        const covered = new Set(
          intervals.flatMap(({ joinedAt, leftAt }) =>
            Array.from({ length: leftAt - joinedAt }, (_, i) => joinedAt + i),
          ),
        );
        const summary = summariseAttendance(intervals, 5000);
        expect(summary.totalMs).toBe(covered.size);
        expect(summariseAttendance([...intervals].reverse(), 5000)).toEqual(summary);
        expect(summary.firstJoinedAt).toBe(
          intervals.length === 0 ? null : Math.min(...intervals.map(({ joinedAt }) => joinedAt)),
        );
      }),
    );
  });

  it("tells the tiers used, and has no end while somebody is still there", () => {
    const open = { joinedAt: 100, leftAt: null, delivery: "webrtc" as const };
    const over = { joinedAt: 0, leftAt: 50, delivery: "hls" as const };
    expect(summariseAttendance([open, over], 300)).toEqual({
      firstJoinedAt: 0,
      lastLeftAt: null,
      totalMs: 250,
      joins: 2,
      delivery: "webrtc+hls",
    });
    expect(summariseAttendance([over], 300)).toMatchObject({ lastLeftAt: 50, delivery: "hls" });
    expect(summariseAttendance([], 300)).toMatchObject({ totalMs: 0, firstJoinedAt: null, delivery: "" });
  });
});

describe("attendance in an event", () => {
  const times = fc
    .record({ liveAt: fc.option(fc.nat(800)), length: fc.option(fc.nat(700)) })
    .map(({ liveAt, length }) => ({
      liveAt,
      endedAt: liveAt !== null && length !== null ? liveAt + length : null,
    }));

  it("is split without loss, and never longer than the event", () => {
    fc.assert(
      fc.property(stays, times, (intervals, event) => {
        const row = attendanceOf(intervals, event, 2000);
        expect(row.beforeMs + row.duringMs + row.afterMs).toBe(row.totalMs);
        expect(row.duringMs).toBeLessThanOrEqual(eventMs(event, 2000));
        expect(row.totalMs).toBeLessThanOrEqual((row.lastLeftAt ?? 0) - (row.firstJoinedAt ?? 0));
        const covered = (from: number, to: number) =>
          Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).filter((at) =>
            intervals.some(({ joinedAt, leftAt }) => joinedAt <= at && at < leftAt),
          ).length;
        expect(row.duringMs).toBe(event.liveAt === null ? 0 : covered(event.liveAt, event.endedAt ?? 2000));
      }),
    );
  });

  it("does not depend on the order, nor on how a stay was cut into pieces", () => {
    fc.assert(
      fc.property(stays, times, fc.infiniteStream(fc.nat(500)), fc.nat(), (intervals, event, cuts, seed) => {
        const pieces = intervals.flatMap(({ joinedAt, leftAt, delivery }) => {
          const cut = Math.min(leftAt, joinedAt + (cuts.next().value ?? 0));
          return [
            { joinedAt, leftAt: cut, delivery },
            { joinedAt: cut, leftAt, delivery },
          ];
        });
        const shuffled = [...pieces].sort(
          (a, b) => ((a.joinedAt * 31 + seed) % 17) - ((b.joinedAt * 31 + seed) % 17),
        );
        const { joins: _, ...whole } = attendanceOf(intervals, event, 2000);
        const { joins: __, ...cut } = attendanceOf(shuffled, event, 2000);
        expect(cut).toEqual(whole);
      }),
    );
  });

  it("counts a stay that is still open until now", () => {
    const open = { joinedAt: 100, leftAt: null, delivery: "hls" as const };
    expect(attendanceOf([open], { liveAt: 200, endedAt: null }, 500)).toMatchObject({
      beforeMs: 100,
      duringMs: 300,
      afterMs: 0,
      lastLeftAt: null,
    });
    expect(attendanceOf([open], { liveAt: null, endedAt: null }, 500)).toMatchObject({
      beforeMs: 400,
      duringMs: 0,
    });
    expect(attendanceOf([open], { liveAt: 200, endedAt: 300 }, 500)).toMatchObject({
      duringMs: 100,
      afterMs: 200,
    });
  });
});
