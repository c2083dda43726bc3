import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Governor, qualities, qualitiesWith } from "./governor.ts";

/** Notes a tick every 33 ms for so long. @returns the levels seen */
function run(governor: Governor, from: number, ms: number, lag: (now: number) => number): number[] {
  const levels: number[] = [];
  for (let now = from; now < from + ms; now += 33) {
    governor.note(now, lag(now));
    levels.push(governor.level);
  }
  return levels;
}
const least = qualities.length - 1;

describe("Governor", () => {
  it("takes no notice of a hiccup", () => {
    const governor = new Governor();
    run(governor, 0, 400, () => 500);
    run(governor, 400, 400, () => 5);
    run(governor, 800, 400, () => 500);
    expect(governor.level).toBe(0);
  });

  it("is at the least within three seconds when nothing helps, and back at all when time is there", () => {
    const governor = new Governor();
    run(governor, 0, 3000, () => 2000);
    expect(governor.level).toBe(least);
    run(governor, 3000, 30_000, () => 1);
    expect(governor.level).toBe(0);
  });

  it("settles instead of swinging when one level is too much for the machine", () => {
    const governor = new Governor();
    let changes = 0;
    let before = 0;
    // Level 1 can be kept, level 0 cannot.
    for (let now = 0; now < 300_000; now += 33) {
      governor.note(now, governor.level === 0 ? 200 : 5);
      if (governor.level !== before) changes += 1;
      before = governor.level;
    }
    expect(changes).toBeLessThan(24);
    expect(governor.level).toBeLessThanOrEqual(1);
  });

  it("never steps by more than one, never leaves its limits, whatever the lateness", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 300 }), (lags) => {
        const governor = new Governor();
        let before = 0;
        for (const [index, lag] of lags.entries()) {
          for (const level of run(governor, index * 330, 330, () => lag)) {
            expect(Math.abs(level - before)).toBeLessThanOrEqual(1);
            expect(level).toBeGreaterThanOrEqual(0);
            expect(level).toBeLessThanOrEqual(least);
            before = level;
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("lets go of a ladder before anything of the top, the smallest rung last", () => {
    expect(qualitiesWith(0)).toEqual(qualities);
    for (const rungs of [1, 2, 3]) {
      const levels = qualitiesWith(rungs);
      const { rungs: kept, ...top } = levels[0] ?? { rungs: -1 };
      expect(kept).toBe(rungs);
      const without = levels.findIndex((quality) => quality.rungs === 0);
      expect(without).toBe(Math.min(2, rungs));
      for (const quality of levels.slice(0, without + 1)) expect(quality).toMatchObject(top);
      expect(levels.slice(without)).toEqual(qualities);
    }
    const governor = new Governor(3);
    run(governor, 0, 700, () => 200);
    expect(governor.quality).toMatchObject({ rungs: 1, divisor: 1, leastEffort: false });
    run(governor, 700, 500, () => 200);
    expect(governor.quality).toMatchObject({ rungs: 0, divisor: 1, leastEffort: false });
    run(governor, 1200, 2500, () => 200);
    expect(governor.quality).toEqual(qualities.at(-1));
  });

  it("leaves out more at every level", () => {
    for (const [index, quality] of qualities.entries())
      expect(quality.divisor).toBeGreaterThanOrEqual(qualities[index - 1]?.divisor ?? 1);
  });
});
