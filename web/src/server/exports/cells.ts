import { neutraliseText } from "@rostrum/rules";

/** An instant, epoch ms: ISO 8601 with offset in a CSV, a date in a workbook. */
export type Instant = { instant: number };
/** Text of a layout's own, not of a person: it stands as it is. */
export type Fixed = { fixed: string };
export type Cell = string | number | null | Instant | Fixed;
export type Row = readonly Cell[];
/** Rows, the header first. */
export type Rows = AsyncIterable<Row>;

export const instant = (at: number | Date | null | undefined): Cell =>
  at === null || at === undefined ? null : { instant: typeof at === "number" ? at : at.getTime() };

/** Minutes with one decimal. */
export const minutes = (ms: number): number => Math.round(ms / 6000) / 10;

/** A cell as text: times in UTC with their offset, so that nobody has to guess. */
export function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  if (typeof cell === "string") return cell;
  if ("fixed" in cell) return cell.fixed;
  return new Date(cell.instant).toISOString().replace("Z", "+00:00");
}

/** One line of a CSV (RFC 4180 §2). Text that a spreadsheet program would run is neutralised; numbers and times are ours. */
export function csvLine(row: Row): string {
  const cells = row.map((cell) => {
    const text = typeof cell === "string" ? neutraliseText(cell) : cellText(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return cells.join(",");
}
