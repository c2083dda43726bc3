import { fitInside, type Rect, tileAspect } from "./geometry.ts";
import { stripTiles } from "./speaker.ts";

/** Share of the width that the people beside a screen take. */
const columnShare = 0.25;

/**
 * A shared screen and the people beside it: nothing covers the slide.
 *
 * @param people cameras wanted; at most `stripTiles` are placed
 * @returns `screen`: where the screen goes, of the area's aspect; `people`: from top to bottom
 */
export function sideRects(people: number, area: Rect, gap: number): { screen: Rect; people: Rect[] } {
  const count = Math.min(people, stripTiles);
  if (count <= 0) return { screen: { ...area }, people: [] };
  const space = Math.min(gap, area.width / 16, area.height / 16);
  const width = Math.min(
    area.width * columnShare,
    ((area.height - space * (stripTiles + 1)) / stripTiles) * tileAspect,
  );
  const height = width / tileAspect;
  const box = {
    x: area.x + space,
    y: area.y + space,
    width: area.width - width - 3 * space,
    height: area.height - 2 * space,
  };
  const top = area.y + (area.height - count * height - (count - 1) * space) / 2;
  return {
    screen: fitInside(box, area.width / area.height),
    people: Array.from({ length: count }, (_, index) => ({
      x: area.x + area.width - width - space,
      y: top + index * (height + space),
      width,
      height,
    })),
  };
}
