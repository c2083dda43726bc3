import { configure, ZipWriter } from "@zip.js/zip.js";
import { asStream } from "./encode.ts";

export type ZipEntry = { name: string; body: AsyncGenerator<Uint8Array> };

// The platform's own compression, in this thread: it works in threads of its own anyway.
configure({ useWebWorkers: false, useCompressionStream: true });

const options = {
  /** 1980-01-01, the first day the format knows: the same rows give the same bytes. */
  lastModDate: new Date(1980, 0, 1),
  extendedTimestamp: false,
  dataDescriptor: true,
  /** Readers that do not look at the index first do not know the long kind of sizes: at most 4 GiB, which no sheet is. */
  zip64: false,
  useUnicodeFileNames: true,
};

/** A ZIP archive while it is made, with nothing but its index in memory. Stops reading the entries when nobody reads it any more. */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new ZipWriter(writable, options);
  const write = async (): Promise<void> => {
    for await (const { name, body } of entries) await writer.add(name, asStream(body));
    await writer.close();
  };
  // What goes wrong while entries are read is thrown to the reader: the archive must not look whole.
  const written = write().catch((error: unknown) => writable.abort(error).then(() => Promise.reject(error)));
  written.catch(() => undefined);
  for await (const chunk of readable) yield chunk;
  await written;
}
