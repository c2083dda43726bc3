import { AV_OPT_TYPE_STRING } from "node-av/constants";
import { Filter, FilterGraph, Frame } from "node-av/lib";
import { AvError, check, countNative } from "./native.ts";

/** Coverage of each pixel, 0..255, row by row without padding. */
export type Mask = { width: number; height: number; alpha: Uint8Array };

export type TextStyle = { fontFile: string; sizePixels: number; maxWidth: number };

/**
 * Draws one line of text with libavfilter's drawtext. Options are set one by one, never through a filter string, so no
 * name can be read as syntax; `expansion=none` keeps `%{...}` text. Too long a text ends in an ellipsis.
 *
 * @throws AvError when the font cannot be read
 */
export function renderText(text: string, style: TextStyle): Mask {
  let shown = text;
  for (;;) {
    const mask = trim(renderOnce(shown, style));
    const cut = shown.endsWith("…") ? shown.slice(0, -1) : shown;
    if (mask.width < style.maxWidth - 2 || cut.length <= 1) return mask;
    shown = `${[...cut].slice(0, Math.floor([...cut].length * 0.9)).join("")}…`;
  }
}

function renderOnce(text: string, style: TextStyle): Mask {
  const graph = new FilterGraph();
  graph.alloc();
  const freed = countNative("filter graph");
  const frame = new Frame();
  frame.alloc();
  try {
    const height = Math.ceil(style.sizePixels * 1.5);
    const make = (name: string, args: string) =>
      graph.createFilter(filter(name), name, args) ?? missing(name);
    const source = make("color", `color=black:size=${style.maxWidth}x${height}:rate=1`);
    const draw = graph.allocFilter(filter("drawtext"), "drawtext") ?? missing("drawtext");
    const options: Record<string, string> = {
      text,
      fontfile: style.fontFile,
      expansion: "none",
      fontsize: String(style.sizePixels),
      fontcolor: "white",
      x: "0",
      y_align: "font",
      y: String(Math.floor(style.sizePixels * 0.2)),
    };
    for (const [name, value] of Object.entries(options)) draw.setOption(name, value, AV_OPT_TYPE_STRING);
    check(draw.init(null), "prepare text");
    const grey = make("format", "pix_fmts=gray");
    const sink = make("buffersink", "");
    check(source.link(0, draw, 0), "link text");
    check(draw.link(0, grey, 0), "link text");
    check(grey.link(0, sink, 0), "link text");
    check(graph.configSync(), "configure text");
    check(sink.buffersinkGetFrameSync(frame), "draw text");
    return copyMask(frame);
  } finally {
    frame.free();
    graph.free();
    freed();
  }
}

function filter(name: string): Filter {
  return Filter.getByName(name) ?? missing(name);
}

function missing(name: string): never {
  throw new AvError(`this build of libav has no filter ${name}`, -1);
}

function copyMask(frame: Frame): Mask {
  const { width, height } = frame;
  const plane = frame.data?.[0];
  const stride = frame.linesize[0] ?? width;
  const alpha = new Uint8Array(width * height);
  if (plane)
    for (let y = 0; y < height; y += 1) alpha.set(plane.subarray(y * stride, y * stride + width), y * width);
  return { width, height, alpha };
}

/** Cuts the empty columns at the right. */
function trim(mask: Mask): Mask {
  let width = 1;
  for (let at = 0; at < mask.alpha.length; at += 1)
    if ((mask.alpha[at] ?? 0) > 0) width = Math.max(width, (at % mask.width) + 1);
  const alpha = new Uint8Array(width * mask.height);
  for (let y = 0; y < mask.height; y += 1)
    alpha.set(mask.alpha.subarray(y * mask.width, y * mask.width + width), y * width);
  return { width, height: mask.height, alpha };
}
