import { describe, expect, it } from "vitest";
import { accessNow, accessTimes, askAgainIn, liveAccess, replayAccess } from "./media-access.ts";

const at = (seconds: number): number => 1_767_607_200_000 + seconds * 1000;

describe("access to media", () => {
  it("is the same for all who ask within a bucket, and the next is given only near its time", () => {
    const early = accessTimes(liveAccess, at(1));
    expect(early).toEqual([{ fromMs: at(0), toMs: at(60), untilMs: at(80) }]);
    expect(accessTimes(liveAccess, at(19.9))).toEqual(early);
    expect(accessTimes(liveAccess, at(20))).toEqual([
      ...early,
      { fromMs: at(60), toMs: at(120), untilMs: at(140) },
    ]);
  });

  it("ends two minutes after the last was given at the latest, a replay's seven", () => {
    for (const [policy, most] of [
      [liveAccess, 120],
      [replayAccess, 420],
    ] as const)
      for (let second = 0; second < 600; second += 1) {
        const last = accessTimes(policy, at(second)).at(-1)?.untilMs ?? 0;
        expect(last - at(second)).toBeLessThanOrEqual(most * 1000);
        expect(last - at(second)).toBeGreaterThanOrEqual(policy.graceSeconds * 1000);
      }
  });

  it("is used in its turn, by everybody from the same instant on", () => {
    const given = accessTimes(liveAccess, at(30));
    expect(accessNow(given, at(59.9))?.fromMs).toBe(at(0));
    expect(accessNow(given, at(60))?.fromMs).toBe(at(60));
    expect(accessNow(given.slice(0, 1), at(70))?.fromMs).toBe(at(0));
    expect(accessNow(given, at(140))).toBeUndefined();
    // A clock that is a little behind the server's.
    expect(accessNow(given.slice(1), at(59))?.fromMs).toBe(at(60));
  });

  it("is asked for again within the lead of its end, by each at another time", () => {
    const asks = [0, 0.25, 0.5, 0.999].map((random) => {
      const [only] = accessTimes(liveAccess, at(1));
      return only ? askAgainIn([only], { nowMs: at(1), leadMs: 40_000, random }) : 0;
    });
    for (const ms of asks) {
      expect(at(1) + ms).toBeGreaterThanOrEqual(at(20));
      expect(at(1) + ms).toBeLessThan(at(55));
    }
    expect(new Set(asks).size).toBe(4);
    // Every ask finds the next access.
    for (const ms of asks) expect(accessTimes(liveAccess, at(1) + ms)).toHaveLength(2);
    expect(askAgainIn([], { nowMs: at(0), leadMs: 40_000, random: 0 })).toBe(1000);
  });
});
