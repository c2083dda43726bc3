import { describe, expect, it } from "vitest";
import { openNatives, Picture, type Planes } from "../av/index.ts";
import { type Colour, colour, fillRect, snap } from "./draw.ts";
import { Labels } from "./labels.ts";
import { type Tile, VideoMixer } from "./video.ts";

const red = colour(220, 0, 0);
const blue = colour(0, 0, 220);
const size = { width: 640, height: 360 };
const slate = { headline: "Starting soon", title: "A title" };

const pixel = (canvas: Planes, x: number, y: number): Colour => ({
  y: canvas.planes[0][y * canvas.strides[0] + x] ?? 0,
  u: canvas.planes[1][(y >> 1) * canvas.strides[1] + (x >> 1)] ?? 0,
  v: canvas.planes[2][(y >> 1) * canvas.strides[2] + (x >> 1)] ?? 0,
});
const near = (a: Colour, b: Colour): boolean =>
  Math.abs(a.y - b.y) <= 3 && Math.abs(a.u - b.u) <= 3 && Math.abs(a.v - b.v) <= 3;

function filled(width: number, height: number, paint: Colour): Picture {
  const picture = new Picture(width, height);
  fillRect(picture, { x: 0, y: 0, width, height }, paint);
  return picture;
}

/** Composes once and looks; everything native is freed. */
function compose(tiles: Tile[], look: (canvas: Planes) => void): void {
  const canvas = filled(size.width, size.height, colour(255, 255, 255));
  const mixer = new VideoMixer(size, new Labels(null, () => {}));
  mixer.compose(canvas, tiles, slate);
  look(canvas);
  mixer.close();
  canvas.close();
}

describe("VideoMixer", () => {
  it("crops a camera to its tile and shows a slide whole, bars beside it", () => {
    const wide = filled(640, 180, blue);
    // Red edges of the camera: they are what a crop to 16:9 takes away.
    fillRect(wide, { x: 0, y: 0, width: 100, height: 180 }, red);
    fillRect(wide, { x: 540, y: 0, width: 100, height: 180 }, red);
    const slide = filled(400, 400, red);
    const screen = { id: "a", what: "screen", rect: { x: 0, y: 0, ...size }, fit: "contain" } as const;
    const corner = { x: 480, y: 260, width: 144, height: 81 };
    const camera = { id: "a", what: "camera", rect: corner, fit: "cover" } as const;
    compose(
      [
        { placement: screen, frame: slide.frame, name: "Ann" },
        { placement: camera, frame: wide.frame, name: "Ann" },
      ],
      (canvas) => {
        expect(near(pixel(canvas, 320, 180), red)).toBe(true);
        expect(near(pixel(canvas, 20, 180), colour(0, 0, 0))).toBe(true);
        expect(near(pixel(canvas, 552, 300), blue)).toBe(true);
        expect(near(pixel(canvas, 490, 300), blue)).toBe(true);
        expect(near(pixel(canvas, 616, 300), blue)).toBe(true);
      },
    );
    wide.close();
    slide.close();
  });

  it("shows a card for whoever has no picture, and the calm background around it", () => {
    const placement = {
      id: "a",
      what: "camera",
      rect: { x: 100, y: 100, width: 320, height: 180 },
      fit: "cover",
    } as const;
    compose([{ placement, frame: null, name: "Ann" }], (canvas) => {
      expect(near(pixel(canvas, 200, 200), colour(32, 40, 54))).toBe(true);
      expect(pixel(canvas, 20, 20).y).toBeLessThan(60);
    });
  });

  it("frees everything", () => {
    compose([], (canvas) => expect(pixel(canvas, 320, 180).y).toBeLessThan(60));
    expect(openNatives()).toEqual({});
  });
});

describe("snap", () => {
  it("gives even rectangles inside the canvas", () => {
    expect(snap({ x: 1.2, y: -3, width: 1000, height: 99.99999 }, size)).toEqual({
      x: 2,
      y: 0,
      width: 638,
      height: 96,
    });
  });
});
