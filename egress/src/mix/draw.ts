import type { Mask, PixelRect, Planes } from "../av/index.ts";

/** A colour in limited-range BT.601 Y'CbCr, as WebRTC cameras send it. */
export type Colour = { y: number; u: number; v: number };

/** From 8-bit sRGB. */
export function colour(red: number, green: number, blue: number): Colour {
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  return {
    y: Math.round(16 + (y * 219) / 255),
    u: Math.round(128 + (((blue - y) / 1.772) * 224) / 255),
    v: Math.round(128 + (((red - y) / 1.402) * 224) / 255),
  };
}

/** The largest even rectangle inside `rect` and the canvas: 4:2:0 halves every coordinate. */
export function snap(rect: PixelRect, canvas: { width: number; height: number }): PixelRect {
  const even = (value: number): number => 2 * Math.floor(value / 2);
  const x = Math.max(0, 2 * Math.ceil(Math.round(rect.x * 1000) / 2000));
  const y = Math.max(0, 2 * Math.ceil(Math.round(rect.y * 1000) / 2000));
  const right = Math.min(canvas.width, even(Math.round((rect.x + rect.width) * 1000) / 1000));
  const bottom = Math.min(canvas.height, even(Math.round((rect.y + rect.height) * 1000) / 1000));
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** Fills an even rectangle that lies inside the canvas. */
export function fillRect(canvas: Planes, rect: PixelRect, paint: Colour): void {
  fillPlane(canvas, 0, rect, paint.y);
  const half = { x: rect.x / 2, y: rect.y / 2, width: rect.width / 2, height: rect.height / 2 };
  fillPlane(canvas, 1, half, paint.u);
  fillPlane(canvas, 2, half, paint.v);
}

function fillPlane(canvas: Planes, index: 0 | 1 | 2, rect: PixelRect, value: number): void {
  const plane = canvas.planes[index];
  const stride = canvas.strides[index];
  for (let y = rect.y; y < rect.y + rect.height; y += 1)
    plane.fill(value, y * stride + rect.x, y * stride + rect.x + rect.width);
}

/** Copies a picture onto another of the same size and strides. */
export function copyPicture(from: Planes, to: Planes): void {
  for (const index of [0, 1, 2] as const) from.planes[index].copy(to.planes[index]);
}

/** Calm background: a dark slate, a little lighter at the top. */
export function paintBackground(canvas: Planes): void {
  for (let y = 0; y < canvas.height; y += 2) {
    const light = 1 - y / canvas.height;
    const paint = colour(14 + 14 * light, 18 + 16 * light, 26 + 22 * light);
    fillRect(canvas, { x: 0, y, width: canvas.width, height: 2 }, paint);
  }
}

/**
 * Mixes a colour over a rectangle. @param alpha 0..255, the same for every pixel
 */
export function shade(canvas: Planes, rect: PixelRect, paint: Colour, alpha: number): void {
  const half = { x: rect.x / 2, y: rect.y / 2, width: rect.width / 2, height: rect.height / 2 };
  shadePlane(canvas, 0, rect, { value: paint.y, alpha });
  shadePlane(canvas, 1, half, { value: paint.u, alpha });
  shadePlane(canvas, 2, half, { value: paint.v, alpha });
}

function shadePlane(
  canvas: Planes,
  index: 0 | 1 | 2,
  rect: PixelRect,
  paint: { value: number; alpha: number },
): void {
  const plane = canvas.planes[index];
  const stride = canvas.strides[index];
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value += 1)
    table[value] = (value * (255 - paint.alpha) + paint.value * paint.alpha + 127) / 255;
  for (let y = rect.y; y < rect.y + rect.height; y += 1) {
    const end = y * stride + rect.x + rect.width;
    for (let at = y * stride + rect.x; at < end; at += 1) plane[at] = table[plane[at] ?? 0] ?? 0;
  }
}

/** Writes a mask in white, its top left corner at (x, y); what falls outside the canvas is left out. */
export function drawMask(canvas: Planes, mask: Mask, x: number, y: number): void {
  const [luma] = canvas.planes;
  const [stride] = canvas.strides;
  const width = Math.min(mask.width, canvas.width - x);
  const height = Math.min(mask.height, canvas.height - y);
  for (let row = 0; row < height; row += 1) {
    let at = (y + row) * stride + x;
    let from = row * mask.width;
    for (let column = 0; column < width; column += 1, at += 1, from += 1) {
      const alpha = mask.alpha[from] ?? 0;
      if (alpha > 0) luma[at] = ((luma[at] ?? 0) * (255 - alpha) + 235 * alpha + 127) / 255;
    }
  }
}
