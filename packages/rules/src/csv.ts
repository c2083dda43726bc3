export type CsvRow = { line: number; cells: string[] };
export type CsvFile = { rows: CsvRow[] } | { fault: string; line: number };

/**
 * The rows of a CSV (RFC 4180) with the line each begins on, from 1. Takes what spreadsheets write: a byte-order mark, any
 * line end, commas, semicolons or tabs (by the first line). Empty lines are left out. The fault of a file that is none: a
 * quote that is not closed, or text behind a closing one.
 */
export function parseCsv(text: string, maxRows = Number.POSITIVE_INFINITY): CsvFile {
  const source = text.replace(/^\ufeff/, "");
  const separator = separatorOf(source);
  const marks = new RegExp(`[${separator}\r\n]`, "g");
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let begins = 1;
  for (let at = 0; at <= source.length; ) {
    const cell = readCell(source, at, marks);
    if ("fault" in cell) return { ...cell, line };
    cells.push(cell.value);
    line += cell.value.split(/\r\n|\r|\n/).length - 1;
    at = cell.end + 1;
    if (source[cell.end] === separator) continue;
    if (source.startsWith("\r\n", cell.end)) at++;
    if (cells.some((value) => value !== "")) rows.push({ line: begins, cells });
    if (rows.length > maxRows) return { fault: `More than ${maxRows - 1} rows.`, line: begins };
    cells = [];
    line++;
    begins = line;
  }
  return { rows };
}

/** The cell that begins at `at`; `end` is where its separator, its line's end or the file's end stands. */
function readCell(
  source: string,
  at: number,
  marks: RegExp,
): { value: string; end: number } | { fault: string } {
  if (source[at] !== '"') {
    marks.lastIndex = at;
    const end = marks.exec(source)?.index ?? source.length;
    return { value: source.slice(at, end), end };
  }
  let value = "";
  for (let from = at + 1; ; ) {
    const quote = source.indexOf('"', from);
    if (quote < 0) return { fault: "A quote is opened and not closed." };
    value += source.slice(from, quote);
    from = quote + 2;
    if (source[quote + 1] === '"') {
      value += '"';
      continue;
    }
    const end = quote + 1;
    marks.lastIndex = end;
    const next = marks.exec(source)?.index ?? source.length;
    return next === end ? { value, end } : { fault: "There is text behind a closing quote." };
  }
}

/** What stands most often in the first line, outside quotes. */
function separatorOf(source: string): string {
  const bare = source.slice(0, 65_536).replace(/"(?:[^"]|"")*"/g, "");
  const first = /^[^\r\n]*/.exec(bare)?.[0] ?? "";
  const count = (mark: string) => first.split(mark).length - 1;
  return [";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best), ",");
}
