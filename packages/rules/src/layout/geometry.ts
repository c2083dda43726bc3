/** A rectangle in the canvas's own unit (pixels for the programme, CSS pixels for a browser). */
export type Rect = { x: number; y: number; width: number; height: number };

/** Size of what is drawn on, in the same unit as the rectangles. */
export type Size = { width: number; height: number };

/** One picture: whose, of what, where, and how it meets its rectangle. Drawn in the order given, later over earlier. */
export type Placement = {
  id: string;
  what: "camera" | "screen";
  rect: Rect;
  /** `cover` crops, `contain` leaves bars: a slide must not lose its edges, a face may. */
  fit: "cover" | "contain";
};

/** Width over height of every camera tile. */
export const tileAspect = 16 / 9;

/** The largest rectangle of the given aspect inside `box`, centred. */
export function fitInside(box: Rect, aspect: number): Rect {
  const width = Math.min(box.width, box.height * aspect);
  const height = width / aspect;
  return {
    x: box.x + (box.width - width) / 2,
    y: box.y + (box.height - height) / 2,
    width,
    height,
  };
}

/** The smallest rectangle of the given aspect that covers `box`, centred; what sticks out is cropped by the drawer. */
export function coverAround(box: Rect, aspect: number): Rect {
  const width = Math.max(box.width, box.height * aspect);
  const height = width / aspect;
  return {
    x: box.x + (box.width - width) / 2,
    y: box.y + (box.height - height) / 2,
    width,
    height,
  };
}
