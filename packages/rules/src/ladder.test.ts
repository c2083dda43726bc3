import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admitProgramme, ladderOf, programmeCores, rungCores } from "./ladder.ts";

const top = { width: 1280, height: 720, bitrateKbps: 2500 };
const coding = { ...top, framesPerSecond: 30, preset: "superfast" };
const names = (rungs: readonly { name: string }[]) => rungs.map(({ name }) => name);

describe("the ladder", () => {
  it("is none unless it is asked for", () => {
    expect(ladderOf(top, "")).toEqual([]);
    expect(ladderOf(top, "none")).toEqual([]);
  });

  it("is sorted, of even sizes in the top's shape, with bits by size where none are told", () => {
    expect(ladderOf(top, "360,480:900")).toEqual([
      { name: "480p", width: 854, height: 480, bitrateKbps: 900 },
      { name: "360p", width: 640, height: 360, bitrateKbps: 900 },
    ]);
    expect(ladderOf({ width: 1920, height: 1080, bitrateKbps: 4500 }, "720,480,360")).toMatchObject([
      { width: 1280, bitrateKbps: 2450 },
      { width: 854, bitrateKbps: 1350 },
      { width: 640, bitrateKbps: 850 },
    ]);
  });

  it.each(["720", "1080", "481", "100", "360,360", "360;240", "small", "360:"])("refuses %s", (wanted) => {
    expect(() => ladderOf(top, wanted)).toThrow(RangeError);
  });
});

describe("what a node has the cores for", () => {
  const ladder = ladderOf({ ...top, width: 1920, height: 1080 }, "720,480,360");
  const large = { ...coding, width: 1920, height: 1080 };

  it("counts about what was measured", () => {
    expect(programmeCores(coding)).toBeCloseTo(0.42, 2);
    const [half] = ladderOf(top, "360");
    expect(half && rungCores(half, coding)).toBeCloseTo(0.0375, 3);
  });

  it("takes the first programme always, small rungs before large ones", () => {
    const node = { budgetCores: 0.1, usedCores: 0, programmes: 0 };
    expect(admitProgramme(node, large, ladder)).toMatchObject({ taken: true, rungs: [] });
    const more = { ...node, budgetCores: programmeCores(large) + 0.12 };
    const admitted = admitProgramme(more, large, ladder);
    expect(names(admitted.rungs)).toEqual(["480p", "360p"]);
    expect(names(admitted.withheld)).toEqual(["720p"]);
  });

  it("never takes another beyond its budget, nor leaves out a small rung for a large one", () => {
    const share = fc.double({ min: 0, max: 8, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.integer({ min: 0, max: 8 }), (budgetCores, usedCores, programmes) => {
        const { taken, rungs, withheld, cores } = admitProgramme(
          { budgetCores, usedCores, programmes },
          large,
          ladder,
        );
        if (taken && (programmes > 0 || rungs.length > 0))
          expect(usedCores + cores).toBeLessThanOrEqual(budgetCores + 1e-6);
        expect(taken || programmes > 0).toBe(true);
        expect([...withheld, ...rungs]).toEqual(ladder);
      }),
    );
  });
});
