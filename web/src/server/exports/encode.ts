import { csvLine, type Rows } from "./cells.ts";

/** Text is handed on in pieces of about this size, characters. */
const pieceChars = 64 * 1024;

/** Lines in pieces that are worth a write. */
export async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let piece = "";
  for await (const line of lines) {
    piece += line;
    if (piece.length < pieceChars) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  if (piece) yield Buffer.from(piece);
}

export type CsvOptions = {
  /** A byte-order mark first: Excel takes a CSV without one for the system's code page. */
  bom: boolean;
  /** RFC 4180 wants CRLF. */
  newline: "\r\n" | "\n";
};

export async function* csvLines(rows: Rows, { bom, newline }: CsvOptions): AsyncGenerator<string> {
  if (bom) yield "\ufeff";
  for await (const row of rows) yield csvLine(row) + newline;
}

/** A download that reads no faster than it is written, and stops reading when nobody takes it any more. */
export function asStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
