import fc from "fast-check";
import { expect, it } from "vitest";
import { readCaptions, writeSrt, writeVtt } from "./captions.ts";

const cue = fc
  .record({
    fromMs: fc.nat(20_000_000),
    length: fc.integer({ min: 1, max: 10_000 }),
    text: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
      .map((text) => `x${text.replace(/\s+/g, " ").trim()}`),
  })
  .map(({ fromMs, length, text }) => ({ fromMs, toMs: fromMs + length, text }));
const inOrder = fc.array(cue, { maxLength: 20 }).map((cues) => cues.sort((a, b) => a.fromMs - b.fromMs));

it("reads what it writes, whatever was said", () => {
  fc.assert(
    fc.property(inOrder, (cues) => {
      expect(readCaptions(writeVtt(cues))).toEqual(cues);
    }),
  );
  const plain = [
    { fromMs: 1000, toMs: 2500, text: "Hello\nthere" },
    { fromMs: 3_661_001, toMs: 3_662_000, text: "a - b" },
  ];
  expect(readCaptions(writeSrt(plain))).toEqual(plain);
  expect(writeSrt(plain)).toContain("2\n01:01:01,001 --> 01:01:02,000\na - b\n");
});

it("lets no text be a cue, a tag or the end of one", () => {
  const text = "</c>\n\n00:00:01.000 --> 00:00:02.000\nboo & <b>";
  const [only, ...more] = readCaptions(writeVtt([{ fromMs: 0, toMs: 1000, text }]));
  expect(more).toEqual([]);
  expect(only?.text).toBe("</c>\n00:00:01.000 --> 00:00:02.000\nboo & <b>");
});

it("takes files as others write them", () => {
  const vtt =
    "\ufeffWEBVTT - from elsewhere\r\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\r\n\r\nNOTE\r\nnothing\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nintro\r\n00:01.000 --> 00:02.500 line:0 align:start\r\n<v Ada>Hello <i>all</i> &amp; sundry\r\n";
  expect(readCaptions(vtt)).toEqual([{ fromMs: 1000, toMs: 2500, text: "Hello all & sundry" }]);
  expect(readCaptions("%PDF-1.4")).toEqual([]);
});
