import { type Cell, cellText, type Row, type Rows } from "./cells.ts";
import { inPieces } from "./encode.ts";
import { type ZipEntry, zip } from "./zip.ts";

/** What a worksheet can hold (ECMA-376 part 1, and Excel's own limits). */
const maxRows = 1_048_576;
const maxChars = 32_767;
const epoch = Date.UTC(1899, 11, 30);
const dayMs = 86_400_000;

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const packageNs = "http://schemas.openxmlformats.org/package/2006";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const typeOf = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/**
 * Rows as an Office Open XML workbook (ECMA-376), made while it is read. Text stands in cells of type text, which no
 * program runs: nothing needs to be changed in it. Rows beyond what a sheet holds go on in the next, under the same header.
 */
export function workbook(rows: Rows, name: string): AsyncGenerator<Uint8Array> {
  return zip(parts(rows, name));
}

async function* parts(rows: Rows, name: string): AsyncGenerator<ZipEntry> {
  const source = rows[Symbol.asyncIterator]();
  const first = await source.next();
  const header: Row = first.done ? [] : first.value;
  const left = { done: first.done === true, sheets: 0 };
  try {
    do {
      left.sheets++;
      yield part(`xl/worksheets/sheet${left.sheets}.xml`, sheet(source, header, left));
    } while (!left.done);
  } finally {
    await source.return?.();
  }
  const sheets = Array.from({ length: left.sheets }, (_, at) => at + 1);
  yield part("xl/styles.xml", text(styles));
  yield part("xl/workbook.xml", text(book(sheets, name)));
  yield part("xl/_rels/workbook.xml.rels", text(bookLinks(sheets)));
  yield part("_rels/.rels", text(links([{ type: "officeDocument", target: "xl/workbook.xml" }])));
  yield part("[Content_Types].xml", text(contentTypes(sheets)));
}

const part = (name: string, lines: AsyncIterable<string>): ZipEntry => ({ name, body: inPieces(lines) });

async function* text(content: string): AsyncGenerator<string> {
  yield head + content;
}

async function* sheet(
  source: AsyncIterator<Row>,
  header: Row,
  left: { done: boolean },
): AsyncGenerator<string> {
  yield `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
  yield line(header, 1);
  for (let number = 2; number <= maxRows; number++) {
    const { done, value } = await source.next();
    if (done) {
      left.done = true;
      break;
    }
    yield line(value, number);
  }
  yield "</sheetData></worksheet>";
}

const line = (row: Row, number: number): string =>
  `<row r="${number}">${row.map((cell, at) => cellXml(cell, columnName(at) + number)).join("")}</row>`;

function cellXml(cell: Cell, reference: string): string {
  if (cell === null || cell === "") return "";
  if (typeof cell === "number") return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === "string" || "fixed" in cell)
    return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cellText(cell).slice(0, maxChars))}</t></is></c>`;
  // Days are fractions: a hundredth of a millisecond more, and a reader that cuts them off gets the same millisecond.
  return `<c r="${reference}" s="1"><v>${(cell.instant - epoch + 0.01) / dayMs}</v></c>`;
}

const names: string[] = [];
/** A, B, … Z, AA, AB, … */
function columnName(at: number): string {
  names[at] ??= (at >= 26 ? columnName(Math.floor(at / 26) - 1) : "") + String.fromCharCode(65 + (at % 26));
  return names[at];
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Characters XML cannot carry are written `_xHHHH_` (ECMA-376 part 1 §22.9.2.19), and so is text that looks like that. */
export const escapeXml = (value: string): string =>
  value
    .toWellFormed()
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_")
    .replace(
      /[^\P{Cc}\t\n]|[\ufffe\uffff]/gu,
      (c) => `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`,
    )
    .replace(/[&<>"]/g, (c) => entities[c] ?? c);

const styles = `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`;

const book = (sheets: number[], name: string): string =>
  `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets
    .map((at) => `<sheet name="${escapeXml(sheetName(name, at))}" sheetId="${at}" r:id="rId${at}"/>`)
    .join("")}</sheets></workbook>`;
const sheetName = (name: string, at: number): string => (at === 1 ? name : `${name} ${at}`).slice(0, 31);

const links = (targets: { type: string; target: string }[]): string =>
  `<Relationships xmlns="${packageNs}/relationships">${targets
    .map(
      ({ type, target }, at) =>
        `<Relationship Id="rId${at + 1}" Type="${office}/${type}" Target="${target}"/>`,
    )
    .join("")}</Relationships>`;
const bookLinks = (sheets: number[]): string =>
  links([
    ...sheets.map((at) => ({ type: "worksheet", target: `worksheets/sheet${at}.xml` })),
    { type: "styles", target: "styles.xml" },
  ]);

const contentTypes = (sheets: number[]): string =>
  `<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${typeOf}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${typeOf}.styles+xml"/>${sheets
    .map((at) => `<Override PartName="/xl/worksheets/sheet${at}.xml" ContentType="${typeOf}.worksheet+xml"/>`)
    .join("")}</Types>`;
