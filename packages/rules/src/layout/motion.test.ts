import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layoutScene, type Placement, type Scene } from "./index.ts";
import { atRest, ease, isMoving, moveMs, placesAt, steer } from "./motion.ts";

const canvas = { width: 1280, height: 720 };
const placements = fc
  .record({
    layout: fc.constantFrom("auto", "grid", "speaker", "spotlight", "side", "share") as fc.Arbitrary<
      Scene["layout"]
    >,
    count: fc.integer({ min: 1, max: 9 }),
    speaker: fc.integer({ min: 0, max: 8 }),
    screenId: fc.constantFrom("m0", null),
  })
  .map(({ layout, count, speaker, screenId }) => {
    const members = Array.from({ length: count }, (_, index) => ({ id: `m${index}` }));
    return layoutScene({ layout, members, screenId, speakerId: `m${speaker}` }, canvas, 12);
  });
const keys = (all: readonly Placement[]) => all.map(({ what, id }) => `${what} ${id}`);

describe("motion", () => {
  it("begins where things are, ends exactly where they shall be, and stays inside the canvas all the way", () => {
    fc.assert(
      fc.property(placements, placements, fc.integer({ min: 0, max: moveMs }), (from, to, after) => {
        const motion = steer(atRest(from), to, { now: 1000, animate: true });
        const seen = placesAt(motion, 1000 + after);
        expect(keys(seen)).toEqual(keys(to));
        for (const { rect } of seen) {
          expect(rect.width).toBeGreaterThan(0);
          expect(Math.min(rect.x, rect.y)).toBeGreaterThanOrEqual(-1e-6);
          expect(rect.x + rect.width).toBeLessThanOrEqual(canvas.width + 1e-6);
          expect(rect.y + rect.height).toBeLessThanOrEqual(canvas.height + 1e-6);
        }
        const first = placesAt(motion, 1000);
        for (const placed of first) {
          const before = from.find((one) => one.id === placed.id && one.what === placed.what);
          if (before) expect(placed.rect).toEqual(before.rect);
        }
        expect(placesAt(motion, 1000 + moveMs)).toEqual(to);
      }),
    );
  });

  it("has no jump when it is turned round half way", () => {
    fc.assert(
      fc.property(placements, placements, fc.integer({ min: 1, max: moveMs - 1 }), (from, to, after) => {
        const motion = steer(atRest(from), to, { now: 0, animate: true });
        const there = placesAt(motion, after);
        const back = placesAt(steer(motion, from, { now: after, animate: true }), after);
        for (const placed of back) {
          const before = there.find((one) => one.id === placed.id && one.what === placed.what);
          if (before) expect(placed.rect.x).toBeCloseTo(before.rect.x, 6);
        }
      }),
    );
  });

  it("goes on undisturbed while the wish stays the same, and jumps when it may not move", () => {
    fc.assert(
      fc.property(placements, placements, (from, to) => {
        const motion = steer(atRest(from), to, { now: 0, animate: true });
        expect(steer(motion, [...to], { now: 100, animate: true })).toBe(motion);
        const jumped = steer(motion, to, { now: 100, animate: false });
        expect(isMoving(jumped, 100)).toBe(false);
        expect(placesAt(jumped, 100)).toEqual(to);
      }),
    );
  });

  it("eases: monotonic from 0 to 1", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          expect(ease(Math.min(a, b))).toBeLessThanOrEqual(ease(Math.max(a, b)) + 1e-12);
        },
      ),
    );
    expect([ease(0), ease(1)]).toEqual([0, 1]);
  });
});
