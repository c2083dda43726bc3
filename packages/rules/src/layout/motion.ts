import type { Placement, Rect } from "./geometry.ts";

/** How long tiles are under way to their new places, ms. */
export const moveMs = 300;
/** Size at which a tile that was not there begins. */
const entranceScale = 0.8;

/** Tiles on their way: where they were when the last change came, where they go, and since when (ms of any clock). */
export type Motion = { from: readonly Placement[]; to: readonly Placement[]; since: number };

/** Standing still. */
export const atRest = (placements: readonly Placement[]): Motion => ({
  from: placements,
  to: placements,
  since: Number.NEGATIVE_INFINITY,
});

/**
 * Takes up a wish for other places: from wherever the tiles are now.
 *
 * @param animate false: they jump
 */
export function steer(
  motion: Motion,
  wanted: readonly Placement[],
  when: { now: number; animate: boolean },
): Motion {
  if (!when.animate)
    return samePlaces(motion.to, wanted) && !isMoving(motion, when.now) ? motion : atRest(wanted);
  if (samePlaces(motion.to, wanted)) return motion;
  return { from: placesAt(motion, when.now), to: wanted, since: when.now };
}

/** Whether anything still moves. */
export const isMoving = (motion: Motion, now: number): boolean => now - motion.since < moveMs;

/** Where everything is at an instant. What is on its way out is gone at once; what comes in grows. */
export function placesAt(motion: Motion, now: number): Placement[] {
  if (!isMoving(motion, now)) return [...motion.to];
  const share = ease(Math.max(0, now - motion.since) / moveMs);
  const before = new Map(motion.from.map((placement) => [keyOf(placement), placement.rect]));
  return motion.to.map((placement) => ({
    ...placement,
    rect: mix(before.get(keyOf(placement)) ?? shrunk(placement.rect), placement.rect, share),
  }));
}

/** Slow, fast, slow; 0 at 0 and 1 at 1. */
export function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

const keyOf = ({ what, id }: Placement): string => `${what} ${id}`;

function mix(from: Rect, to: Rect, share: number): Rect {
  const between = (a: number, b: number): number => a + (b - a) * share;
  return {
    x: between(from.x, to.x),
    y: between(from.y, to.y),
    width: between(from.width, to.width),
    height: between(from.height, to.height),
  };
}

function shrunk(rect: Rect): Rect {
  const width = rect.width * entranceScale;
  const height = rect.height * entranceScale;
  return { x: rect.x + (rect.width - width) / 2, y: rect.y + (rect.height - height) / 2, width, height };
}

function samePlaces(a: readonly Placement[], b: readonly Placement[]): boolean {
  return (
    a.length === b.length &&
    a.every((placement, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        keyOf(placement) === keyOf(other) &&
        placement.fit === other.fit &&
        placement.rect.x === other.rect.x &&
        placement.rect.y === other.rect.y &&
        placement.rect.width === other.rect.width &&
        placement.rect.height === other.rect.height
      );
    })
  );
}
