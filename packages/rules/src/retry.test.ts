import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./retry.ts";

describe("back-off", () => {
  it("stays within its bounds", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const wait = backoffMs(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(5000, 250 * 2 ** Math.min(attempt, 20)) + 1);
      }),
    );
  });

  it("uses the whole width, so that a crowd comes back spread out", () => {
    const waits = Array.from({ length: 1000 }, (_, i) => backoffMs(10, i / 1000));
    expect(Math.max(...waits)).toBeGreaterThan(4900);
    for (let bucket = 0; bucket < 10; bucket++)
      expect(waits.filter((wait) => Math.floor(wait / 500) === bucket).length).toBe(100);
  });
});
