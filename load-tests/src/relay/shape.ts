/** How one direction of a link treats packets. Times in ms, shares in percent. */
export type Shape = {
  delayMs: number;
  /** Each packet's delay is drawn evenly from `delayMs` ± `jitterMs`; order is kept, as in one queue. */
  jitterMs: number;
  lossPct: number;
  /** Mean number of packets lost in a row; 1 loses each packet independently (Gilbert's model above that). */
  lossBurst: number;
  /** Share of packets held back by `reorderByMs`, so that later ones overtake them. */
  reorderPct: number;
  reorderByMs: number;
  /** Share of packets that arrive twice. */
  duplicatePct: number;
  /** 0: no limit. */
  rateKbit: number;
  /** With a rate limit: a packet that would wait longer than this is dropped (a tail-drop queue). */
  queueMs: number;
};

export const clearShape: Shape = {
  delayMs: 0,
  jitterMs: 0,
  lossPct: 0,
  lossBurst: 1,
  reorderPct: 0,
  reorderByMs: 20,
  duplicatePct: 0,
  rateKbit: 0,
  queueMs: 200,
};

/** A whole shape from some of its values. Throws RangeError naming a value that makes no sense. */
export function shapeOf(values: Partial<Shape>): Shape {
  const shape = { ...clearShape, ...values };
  for (const [name, value] of Object.entries(shape)) {
    const share = name.endsWith("Pct");
    if (!Number.isFinite(value) || value < 0 || (share && value > 100))
      throw new RangeError(
        `${name}=${value} is not ${share ? "a share from 0 to 100" : "a number of 0 or more"}`,
      );
  }
  if (shape.lossBurst < 1) throw new RangeError(`lossBurst=${shape.lossBurst} is below 1`);
  if (shape.jitterMs > shape.delayMs)
    throw new RangeError(`jitterMs=${shape.jitterMs} is more than delayMs=${shape.delayMs}`);
  return shape;
}
