import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { expect, it } from "vitest";
import { asStream } from "./encode.ts";
import { type ZipEntry, zip } from "./zip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Entries that tell whether they were put away. */
function source(rows: number, fail = false) {
  const seen = { rows: 0, bodyClosed: false, closed: false };
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (; seen.rows < rows; seen.rows++) {
        // What does not compress, so that it comes out as it goes in.
        yield crypto.getRandomValues(new Uint8Array(16_384));
        if (fail && seen.rows === 3) throw new Error("the database is away");
      }
    } finally {
      seen.bodyClosed = true;
    }
  }
  async function* entries(): AsyncGenerator<ZipEntry> {
    try {
      yield { name: "sheet.xml", body: body() };
      yield {
        name: "größe.xml",
        body: (async function* () {
          yield bytes("small");
        })(),
      };
    } finally {
      seen.closed = true;
    }
  }
  return { seen, entries: entries() };
}

it("gives back what went in, and the same bytes for the same rows", async () => {
  const make = async (): Promise<Uint8Array> => {
    async function* entries(): AsyncGenerator<ZipEntry> {
      for (const name of ["a.xml", "größe.xml"])
        yield {
          name,
          body: (async function* () {
            yield bytes(name.repeat(1000));
          })(),
        };
    }
    return new Response(asStream(zip(entries()))).bytes();
  };
  const archive = await make();
  expect(Buffer.from(await make()).equals(archive)).toBe(true);
  const found = await new ZipReader(new Uint8ArrayReader(archive)).getEntries();
  expect(found.map(({ filename }) => filename)).toEqual(["a.xml", "größe.xml"]);
  for (const entry of found) {
    if (entry.directory) throw new Error("no folder went in");
    const content = await entry.getData(new Uint8ArrayWriter());
    expect(new TextDecoder().decode(content)).toBe(entry.filename.repeat(1000));
  }
});

it("stops reading when nobody takes it any more", async () => {
  const { seen, entries } = source(10_000);
  const reader = asStream(zip(entries)).getReader();
  for (let n = 0; n < 5; n++) await reader.read();
  await reader.cancel();
  await expect.poll(() => seen, { timeout: 3000 }).toMatchObject({ bodyClosed: true, closed: true });
  expect(seen.rows).toBeLessThan(1000);
});

it("does not end as if it were whole when its rows cannot be read", async () => {
  const { seen, entries } = source(100, true);
  await expect(new Response(asStream(zip(entries))).bytes()).rejects.toThrow("the database is away");
  await expect.poll(() => seen, { timeout: 3000 }).toMatchObject({ bodyClosed: true, closed: true });
});
