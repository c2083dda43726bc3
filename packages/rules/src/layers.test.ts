import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layerForTile } from "./layers.ts";

describe("layers", () => {
  it("asks for no more than the tile shows", () => {
    expect(layerForTile({ width: 0, height: 0, pixelRatio: 1, visible: true })).toBeNull();
    expect(layerForTile({ width: 300, height: 168, pixelRatio: 1, visible: true })).toBe(0);
    expect(layerForTile({ width: 640, height: 360, pixelRatio: 1, visible: true })).toBe(1);
    expect(layerForTile({ width: 1280, height: 720, pixelRatio: 1, visible: true })).toBe(2);
  });

  it("never asks a larger tile for less, nor a hidden one for anything", () => {
    const size = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(size, size, fc.double({ min: 0.5, max: 4, noNaN: true }), (width, height, pixelRatio) => {
        const tile = { width, height, pixelRatio, visible: true };
        const larger = layerForTile({ ...tile, width: width * 2, height: height * 2 }) ?? -1;
        expect(larger).toBeGreaterThanOrEqual(layerForTile(tile) ?? -1);
        expect(layerForTile({ ...tile, visible: false })).toBeNull();
      }),
    );
  });
});
