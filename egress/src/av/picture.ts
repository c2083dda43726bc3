import { AV_PIX_FMT_YUV420P } from "node-av/constants";
import { Frame } from "node-av/lib";
import { check, countNative } from "./native.ts";

/** Three planes of 4:2:0 pictures: luma, then the two chroma planes of half width and height. */
export type Planes = {
  width: number;
  height: number;
  planes: readonly [Buffer, Buffer, Buffer];
  /** Bytes per line of each plane. */
  strides: readonly [number, number, number];
};

/** A picture of ours in native memory: drawn on from JavaScript, read by the encoder. */
export class Picture implements Planes {
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  readonly planes: readonly [Buffer, Buffer, Buffer];
  readonly strides: readonly [number, number, number];
  readonly #freed: () => void;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.frame = new Frame();
    this.frame.alloc();
    this.frame.format = AV_PIX_FMT_YUV420P;
    this.frame.width = width;
    this.frame.height = height;
    check(this.frame.getBuffer(), "allocate picture");
    this.#freed = countNative("picture");
    const view = planesOf(this.frame);
    this.planes = view.planes;
    this.strides = view.strides;
  }

  close(): void {
    this.frame.free();
    this.#freed();
  }
}

/** The planes of a 4:2:0 frame, as views on its native memory: dead once the frame is freed. */
export function planesOf(frame: Frame): Planes {
  const [y, u, v] = frame.data ?? [];
  const [ys, us, vs] = frame.linesize;
  if (!y || !u || !v || ys === undefined || us === undefined || vs === undefined)
    throw new TypeError("the frame has no three planes");
  return { width: frame.width, height: frame.height, planes: [y, u, v], strides: [ys, us, vs] };
}
