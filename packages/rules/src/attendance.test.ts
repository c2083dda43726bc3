import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summariseAttendance } from "./attendance.ts";

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
