import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  type AVPixelFormat,
  SWS_FAST_BILINEAR,
} from "node-av/constants";
import { type Frame, SoftwareScaleContext } from "node-av/lib";
import { countNative } from "./native.ts";
import type { Planes } from "./picture.ts";

/** Whole pixels, even in position and size, as 4:2:0 asks. */
export type PixelRect = { x: number; y: number; width: number; height: number };

/** Scales decoded frames straight into a rectangle of a picture. Keeps a context per pair of sizes. */
export class Scaler {
  readonly #contexts = new Map<string, { context: SoftwareScaleContext; freed: () => void }>();

  /**
   * @param crop part of the source that is shown; must lie inside it
   * @param target rectangle of `canvas` that is filled; must lie inside it
   */
  draw(source: Frame, crop: PixelRect, canvas: Planes, target: PixelRect): void {
    const data = source.data;
    if (!data) return;
    const strides = source.linesize;
    const format = source.format as AVPixelFormat;
    const planar = format === AV_PIX_FMT_YUV420P || format === AV_PIX_FMT_YUVJ420P;
    const from = planar ? crop : { x: 0, y: 0, width: source.width, height: source.height };
    const sourcePlanes = planar
      ? [0, 1, 2].map((index) => offsetPlane(data[index], strides[index] ?? 0, from, index > 0))
      : data;
    this.#context(from, format, target).scaleSync(
      sourcePlanes,
      strides.slice(0, sourcePlanes.length),
      0,
      from.height,
      canvas.planes.map((plane, index) => offsetPlane(plane, canvas.strides[index] ?? 0, target, index > 0)),
      [...canvas.strides],
    );
  }

  #context(from: PixelRect, format: AVPixelFormat, to: PixelRect): SoftwareScaleContext {
    const key = `${from.width}x${from.height}:${format}>${to.width}x${to.height}`;
    const known = this.#contexts.get(key);
    if (known) return known.context;
    // Sizes come from simulcast layers and tiles: a handful. A source that keeps changing must not fill memory.
    if (this.#contexts.size >= 48) this.close();
    const context = new SoftwareScaleContext();
    context.getContext(
      from.width,
      from.height,
      format,
      to.width,
      to.height,
      AV_PIX_FMT_YUV420P,
      SWS_FAST_BILINEAR,
    );
    this.#contexts.set(key, { context, freed: countNative("scaler") });
    return context;
  }

  close(): void {
    for (const { context, freed } of this.#contexts.values()) {
      context.freeContext();
      freed();
    }
    this.#contexts.clear();
  }
}

function offsetPlane(plane: Buffer | undefined, stride: number, at: PixelRect, chroma: boolean): Buffer {
  if (!plane) throw new TypeError("the frame lacks a plane");
  const [x, y] = chroma ? [at.x / 2, at.y / 2] : [at.x, at.y];
  return plane.subarray(y * stride + x);
}
