import { Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

export type ZipEntry = { name: string; body: AsyncIterable<Uint8Array> };

/** UTF-8 names, and sizes that follow the data (APPNOTE 4.4.4, bits 11 and 3). */
const flags = 0x0808;
const deflated = 8;
/** 1980-01-01, the first day the format knows: the same rows give the same bytes. */
const dosDate = 0x0021;
const maxBytes = 0xffff_ffff;

type Written = { name: Buffer; crc: number; packed: number; size: number; offset: number };

/**
 * A ZIP archive while it is made, with nothing but its index in memory (APPNOTE 6.3.9). Without ZIP64: throws before an
 * entry or the archive would pass 4 GiB.
 */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const index: Written[] = [];
  let offset = 0;
  const count = (chunk: Uint8Array): Uint8Array => {
    offset += chunk.length;
    if (offset > maxBytes) throw new Error("the archive is larger than 4 GiB");
    return chunk;
  };
  for await (const { name, body } of entries) {
    const entry: Written = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, offset };
    yield count(Buffer.concat([header(0x04034b50, entry, [20]), entry.name]));
    for await (const chunk of Readable.from(measured(body, entry)).pipe(createDeflateRaw())) {
      entry.packed += chunk.length;
      yield count(chunk);
    }
    yield count(numbers([0x08074b50, entry.crc, entry.packed, entry.size]));
    index.push(entry);
  }
  const start = offset;
  for (const entry of index) yield count(centralEntry(entry));
  yield endOfIndex(index.length, start, offset - start);
}

/** Passes the bytes on and notes their checksum and number. */
async function* measured(body: AsyncIterable<Uint8Array>, entry: Written): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    entry.crc = crc32(chunk, entry.crc);
    entry.size += chunk.length;
    if (entry.size > maxBytes) throw new Error("an entry of the archive is larger than 4 GiB");
    yield chunk;
  }
}

const numbers = (values: number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => void buffer.writeUInt32LE(value >>> 0, at * 4));
  return buffer;
};
const shorts = (values: number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, at) => void buffer.writeUInt16LE(value, at * 2));
  return buffer;
};

/** What a local header and an entry of the index share; sizes are 0 where they follow the data. */
function header(signature: number, entry: Written, versions: number[]): Buffer {
  const known = signature === 0x02014b50;
  return Buffer.concat([
    numbers([signature]),
    shorts([...versions, flags, deflated, 0, dosDate]),
    numbers(known ? [entry.crc, entry.packed, entry.size] : [0, 0, 0]),
    shorts([entry.name.length, 0]),
  ]);
}

const centralEntry = (entry: Written): Buffer =>
  Buffer.concat([
    header(0x02014b50, entry, [20, 20]),
    shorts([0, 0, 0]),
    numbers([0, entry.offset]),
    entry.name,
  ]);

const endOfIndex = (entries: number, start: number, size: number): Buffer =>
  Buffer.concat([
    numbers([0x06054b50]),
    shorts([0, 0, entries, entries]),
    numbers([size, start]),
    shorts([0]),
  ]);
