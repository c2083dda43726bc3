import { AV_PIX_FMT_YUV420P, SWS_BILINEAR } from "node-av/constants";
import { SoftwareScaleContext } from "node-av/lib";
import { check, countNative } from "./native.ts";
import { Picture } from "./picture.ts";

/** Makes the whole picture smaller, off the thread that draws; always between the same two sizes. */
export class Shrinker {
  readonly #context = new SoftwareScaleContext();
  readonly #freed: () => void;
  /** What `shrink` has made last. */
  readonly picture: Picture;

  constructor(from: { width: number; height: number }, to: { width: number; height: number }) {
    const format = AV_PIX_FMT_YUV420P;
    this.#context.getContext(from.width, from.height, format, to.width, to.height, format, SWS_BILINEAR);
    this.picture = new Picture(to.width, to.height);
    this.#freed = countNative("scaler");
  }

  /** Calls must not overlap; neither picture may be drawn on until it settles. */
  async shrink(source: Picture): Promise<Picture> {
    check(await this.#context.scaleFrame(this.picture.frame, source.frame), "shrink picture");
    return this.picture;
  }

  close(): void {
    this.#context.freeContext();
    this.picture.close();
    this.#freed();
  }
}
