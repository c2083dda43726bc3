import { fitInside, type Rect, tileAspect } from "./geometry.ts";

/** Small tiles shown beside the speaker; more people than that are heard, not seen. */
export const stripTiles = 4;
/** Share of the width that the strip takes. */
const stripShare = 0.2;

/**
 * One large tile and a column of small ones at its right. Alone, the speaker fills the area.
 *
 * @param count people in all, the speaker first
 * @returns at most 1 + stripTiles rectangles; the first is the speaker's
 */
export function speakerRects(count: number, area: Rect, gap: number): Rect[] {
  if (count <= 0 || area.width <= 0 || area.height <= 0) return [];
  if (count === 1) return [fitInside(area, tileAspect)];
  const space = Math.min(gap, area.width / 16, area.height / 16);
  const small = Math.min(count - 1, stripTiles);
  const stripWidth = Math.min(
    area.width * stripShare,
    ((area.height - space * (stripTiles + 1)) / stripTiles) * tileAspect,
  );
  const main = fitInside(
    {
      x: area.x + space,
      y: area.y + space,
      width: area.width - stripWidth - 3 * space,
      height: area.height - 2 * space,
    },
    tileAspect,
  );
  const tile = { width: stripWidth, height: stripWidth / tileAspect };
  const stackHeight = small * tile.height + (small - 1) * space;
  const top = area.y + (area.height - stackHeight) / 2;
  const strip = Array.from({ length: small }, (_, index) => ({
    x: area.x + area.width - space - tile.width,
    y: top + index * (tile.height + space),
    ...tile,
  }));
  return [main, ...strip];
}
