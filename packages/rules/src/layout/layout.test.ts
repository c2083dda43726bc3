import { LayoutName } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chooseLayout,
  coverAround,
  fitInside,
  layoutScene,
  type Rect,
  type Scene,
  tileAspect,
} from "./index.ts";

const epsilon = 1e-6;
const overlap = (a: Rect, b: Rect): boolean =>
  a.x + a.width > b.x + epsilon &&
  b.x + b.width > a.x + epsilon &&
  a.y + a.height > b.y + epsilon &&
  b.y + b.height > a.y + epsilon;
const inside = (rect: Rect, width: number, height: number): boolean =>
  rect.x >= -epsilon &&
  rect.y >= -epsilon &&
  rect.x + rect.width <= width + epsilon &&
  rect.y + rect.height <= height + epsilon;

const size = fc.record({
  width: fc.integer({ min: 64, max: 4096 }),
  height: fc.integer({ min: 64, max: 4096 }),
});
const gap = fc.integer({ min: 0, max: 40 });
const scene = fc
  .record({
    layout: fc.constantFrom(...LayoutName.options) as fc.Arbitrary<Scene["layout"]>,
    count: fc.integer({ min: 0, max: 25 }),
    speaker: fc.integer({ min: -1, max: 24 }),
    screen: fc.option(fc.constant("screen-owner"), { nil: null }),
  })
  .map(({ layout, count, speaker, screen }): Scene => {
    const members = Array.from({ length: count }, (_, index) => ({ id: `m${index}` }));
    return { layout, members, screenId: screen, speakerId: members[speaker]?.id ?? null };
  });

describe("layoutScene", () => {
  it("keeps every rectangle inside the canvas and of positive size", () => {
    fc.assert(
      fc.property(scene, size, gap, (what, canvas, space) => {
        for (const { rect } of layoutScene(what, canvas, space)) {
          expect(inside(rect, canvas.width, canvas.height)).toBe(true);
          expect(rect.width).toBeGreaterThan(0);
          expect(rect.height).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("never lets cameras overlap, and shows nobody twice", () => {
    fc.assert(
      fc.property(scene, size, gap, (what, canvas, space) => {
        const cameras = layoutScene(what, canvas, space).filter((placed) => placed.what === "camera");
        expect(new Set(cameras.map((placed) => placed.id)).size).toBe(cameras.length);
        for (const [index, a] of cameras.entries())
          for (const b of cameras.slice(index + 1)) expect(overlap(a.rect, b.rect)).toBe(false);
      }),
    );
  });

  it("gives cameras 16:9 and the grid equal tiles for everybody", () => {
    fc.assert(
      fc.property(scene, size, gap, (what, canvas, space) => {
        const cameras = layoutScene(what, canvas, space).filter((placed) => placed.what === "camera");
        for (const { rect } of cameras) expect(rect.width / rect.height).toBeCloseTo(tileAspect, 6);
        if (chooseLayout(what) !== "grid") return;
        expect(cameras.length).toBe(what.members.length);
        for (const { rect } of cameras) expect(rect.width).toBeCloseTo(cameras[0]?.rect.width ?? 0, 6);
      }),
    );
  });

  it("makes the speaker's tile the largest of the speaker layout", () => {
    fc.assert(
      fc.property(scene, gap, (what, space) => {
        const canvas = { width: 1280, height: 720 };
        const placed = layoutScene({ ...what, layout: "speaker" }, canvas, space);
        const largest = placed.toSorted((a, b) => b.rect.width - a.rect.width)[0];
        if (largest) expect(largest.id).toBe(what.speakerId ?? what.members[0]?.id);
      }),
    );
  });

  it("shows one in the spotlight, two side by side, nobody on the slate", () => {
    fc.assert(
      fc.property(scene, size, gap, (what, canvas, space) => {
        const of = (layout: Scene["layout"], screenId = what.screenId) =>
          layoutScene({ ...what, layout, screenId }, canvas, space);
        const spotlight = of("spotlight");
        expect(spotlight.map(({ id }) => id)).toEqual(
          what.members.length > 0 ? [what.speakerId ?? what.members[0]?.id] : [],
        );
        const two = of("side", null);
        expect(two.length).toBe(Math.min(2, what.members.length));
        if (what.speakerId !== null) expect(two.some(({ id }) => id === what.speakerId)).toBe(true);
        expect(of("slate")).toEqual([]);
      }),
    );
  });

  it("lets nothing cover the screen that is shown beside people", () => {
    fc.assert(
      fc.property(scene, size, gap, (what, canvas, space) => {
        const [screen, ...people] = layoutScene(
          { ...what, layout: "side", screenId: "owner" },
          canvas,
          space,
        );
        expect(screen?.what).toBe("screen");
        for (const { rect } of people) expect(screen && overlap(screen.rect, rect)).toBe(false);
      }),
    );
  });

  it("shows a shared screen whole with the speaker over its corner", () => {
    const placed = layoutScene(
      { layout: "auto", members: [{ id: "a" }, { id: "b" }], screenId: "b", speakerId: "a" },
      { width: 1280, height: 720 },
      16,
    );
    expect(placed.map((one) => [one.id, one.what, one.fit])).toEqual([
      ["b", "screen", "contain"],
      ["a", "camera", "cover"],
    ]);
    expect(placed[0]?.rect).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
    expect(placed[1]?.rect.x).toBeGreaterThan(900);
  });

  it("fills the canvas with one person and halves it for two", () => {
    const base = { layout: "auto", screenId: null, speakerId: null } as const;
    const canvas = { width: 1280, height: 720 };
    expect(layoutScene({ ...base, members: [{ id: "a" }] }, canvas)[0]?.rect).toEqual({
      x: 0,
      y: 0,
      ...canvas,
    });
    const two = layoutScene({ ...base, members: [{ id: "a" }, { id: "b" }] }, canvas);
    expect(two.map((one) => one.rect.width)).toEqual([640, 640]);
    expect(layoutScene({ ...base, members: [] }, canvas)).toEqual([]);
  });
});

describe("fit", () => {
  it("contains inside and covers around, both centred and of the asked aspect", () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.2, max: 5, noNaN: true }), (box, aspect) => {
        const area = { x: 3, y: 5, ...box };
        const small = fitInside(area, aspect);
        const large = coverAround(area, aspect);
        expect(small.width).toBeLessThanOrEqual(box.width + epsilon);
        expect(small.height).toBeLessThanOrEqual(box.height + epsilon);
        expect(large.width).toBeGreaterThanOrEqual(box.width - epsilon);
        expect(large.height).toBeGreaterThanOrEqual(box.height - epsilon);
        for (const rect of [small, large]) {
          expect(rect.x + rect.width / 2).toBeCloseTo(area.x + box.width / 2, 6);
          expect(rect.width / rect.height).toBeCloseTo(aspect, 6);
        }
      }),
    );
  });
});
