import { fitInside, type Rect, type Size, tileAspect } from "./geometry.ts";

/** Columns and rows that give `count` tiles the largest area; ties go to fewer empty cells, then side by side on a wide canvas. */
function cells(count: number, size: Size): { columns: number; rows: number } {
  let best = { columns: 1, rows: count, area: -1, empty: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(size.width / columns, (size.height / rows) * tileAspect);
    const area = (width * width) / tileAspect;
    const empty = columns * rows - count;
    const larger = area > best.area * (1 + 1e-9);
    const same = Math.abs(area - best.area) <= best.area * 1e-9;
    const wider = empty === best.empty && size.width >= size.height;
    if (larger || (same && (empty < best.empty || wider))) best = { columns, rows, area, empty };
  }
  return best;
}

/**
 * Equal 16:9 tiles in reading order, the last row centred.
 *
 * @param count tiles wanted, 0 gives none
 * @param area where they go
 * @param gap space between tiles and around them
 */
export function gridRects(count: number, area: Rect, gap: number): Rect[] {
  if (count <= 0 || area.width <= 0 || area.height <= 0) return [];
  const { columns, rows } = cells(count, area);
  const space = Math.min(gap, area.width / (columns + 1) / 2, area.height / (rows + 1) / 2);
  const cell = fitInside(
    {
      x: 0,
      y: 0,
      width: (area.width - space * (columns + 1)) / columns,
      height: (area.height - space * (rows + 1)) / rows,
    },
    tileAspect,
  );
  const blockHeight = rows * cell.height + (rows - 1) * space;
  const top = area.y + (area.height - blockHeight) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const rowWidth = inRow * cell.width + (inRow - 1) * space;
    const left = area.x + (area.width - rowWidth) / 2;
    return {
      x: left + (index - row * columns) * (cell.width + space),
      y: top + row * (cell.height + space),
      width: cell.width,
      height: cell.height,
    };
  });
}
