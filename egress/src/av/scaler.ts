import { AV_PIX_FMT_YUV420P, type AVPixelFormat, SWS_FAST_BILINEAR } from "node-av/constants";
import { type Frame, SoftwareScaleContext } from "node-av/lib";
import { check, countNative } from "./native.ts";
import { Picture, type Planes } from "./picture.ts";

/** Whole pixels, even in position and size, as 4:2:0 asks. */
export type PixelRect = { x: number; y: number; width: number; height: number };

type Scaling = { context: SoftwareScaleContext; picture: Picture; freed: () => void };

/**
 * Scales decoded frames and lays them on a picture. Keeps a context and a picture per pair of sizes. Frames stay on the
 * native side: a view of a frame's pixels counts as memory of ours, and a few hundred of them a second keep the garbage
 * collector busy for nothing.
 */
export class Scaler {
  readonly #scalings = new Map<string, Scaling>();

  /**
   * @param size what the whole source is scaled to
   * @param from upper left corner of what is shown of that
   * @param target rectangle of `canvas` that is filled; must lie inside it, and inside `size` when moved to `from`
   */
  draw(
    source: Frame,
    scaled: { size: { width: number; height: number }; from: { x: number; y: number } },
    canvas: Planes,
    target: PixelRect,
  ): void {
    const { context, picture } = this.#scaling(source, scaled.size);
    if (canvas instanceof Picture && isWhole(target, canvas) && isWhole(target, scaled.size)) {
      check(context.scaleFrameSync(canvas.frame, source), "scale picture");
      return;
    }
    check(context.scaleFrameSync(picture.frame, source), "scale picture");
    lay(picture, scaled.from, canvas, target);
  }

  #scaling(source: Frame, to: { width: number; height: number }): Scaling {
    const format = source.format as AVPixelFormat;
    const key = `${source.width}x${source.height}:${format}>${to.width}x${to.height}`;
    const known = this.#scalings.get(key);
    if (known) return known;
    // Sizes come from simulcast layers and tiles: a handful, but for tiles that move. Nothing of that may fill memory.
    if (this.#scalings.size >= maxScalings) this.close();
    const context = new SoftwareScaleContext();
    context.getContext(
      source.width,
      source.height,
      format,
      to.width,
      to.height,
      AV_PIX_FMT_YUV420P,
      SWS_FAST_BILINEAR,
    );
    const scaling = { context, picture: new Picture(to.width, to.height), freed: countNative("scaler") };
    this.#scalings.set(key, scaling);
    return scaling;
  }

  close(): void {
    for (const { context, picture, freed } of this.#scalings.values()) {
      context.freeContext();
      picture.close();
      freed();
    }
    this.#scalings.clear();
  }
}

const maxScalings = 48;

const isWhole = (target: PixelRect, of: { width: number; height: number }): boolean =>
  target.width === of.width && target.height === of.height;

/** Copies a part of one picture onto another, row by row. */
function lay(picture: Planes, from: { x: number; y: number }, canvas: Planes, target: PixelRect): void {
  for (const index of [0, 1, 2] as const) {
    const shift = index === 0 ? 0 : 1;
    const [source, sourceStride] = [picture.planes[index], picture.strides[index]];
    const [goal, goalStride] = [canvas.planes[index], canvas.strides[index]];
    const width = target.width >> shift;
    let at = (from.y >> shift) * sourceStride + (from.x >> shift);
    let to = (target.y >> shift) * goalStride + (target.x >> shift);
    for (let row = target.height >> shift; row > 0; row -= 1) {
      source.copy(goal, to, at, at + width);
      at += sourceStride;
      to += goalStride;
    }
  }
}
