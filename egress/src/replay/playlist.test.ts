import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRangeName, type RecordedSegment, renderReplayPlaylist, segmentsOf } from "./playlist.ts";

const start = Date.UTC(2026, 0, 1);
/** Segments of about two seconds, some runs, some holes. */
const recording = fc
  .array(
    fc.record({
      duration: fc.double({ min: 0.5, max: 2.1, noNaN: true }),
      holeMs: fc.constantFrom(0, 0, 0, 700, 15_000),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((entries) => {
    const segments: RecordedSegment[] = [];
    let at = start;
    let run = 0;
    for (const [sequence, { duration, holeMs }] of entries.entries()) {
      if (holeMs > 0 && sequence > 0) {
        at += holeMs;
        run += 1;
      }
      segments.push({ sequence, run, duration, programmeMs: at });
      at += duration * 1000;
    }
    return segments;
  });

const lengths = (text: string): number[] =>
  [...text.matchAll(/^#EXTINF:([\d.]+),$/gm)].map(([, n]) => Number(n));

describe("the playlist of a recording", () => {
  it("is as long as the recording, holes included, and no entry is longer than its target", () => {
    fc.assert(
      fc.property(recording, (segments) => {
        const text = renderReplayPlaylist(segments);
        const last = segments.at(-1) as RecordedSegment;
        const total = last.programmeMs + last.duration * 1000 - start;
        const sum = lengths(text).reduce((all, length) => all + length * 1000, 0);
        expect(Math.abs(sum - total)).toBeLessThan(2 + segments.length * 0.02);
        const target = Number(/TARGETDURATION:(\d+)/.exec(text)?.[1]);
        for (const length of lengths(text)) expect(Math.round(length)).toBeLessThanOrEqual(target);
        expect(text.match(/EXT-X-MAP/g)?.length).toBe(new Set(segments.map(({ run }) => run)).size);
        expect(text.endsWith("#EXT-X-ENDLIST\n")).toBe(true);
      }),
    );
  });

  it("holds what lies in the range and nothing that lies wholly outside", () => {
    fc.assert(
      fc.property(recording, fc.nat(90_000), fc.option(fc.nat(90_000)), (segments, from, length) => {
        const to = length === null ? null : from + length + 1;
        const kept = segmentsOf(segments, { from, to });
        for (const segment of segments) {
          const at = segment.programmeMs - start;
          const outside = at + segment.duration * 1000 <= from || (to !== null && at >= to);
          expect(kept.includes(segment)).toBe(!outside);
        }
      }),
    );
  });

  it.each([
    ["0-end", { from: 0, to: null }],
    ["1500-60000", { from: 1500, to: 60_000 }],
    ["5-5", null],
    ["9-3", null],
    ["-1-3", null],
    ["0-", null],
    ["0-end/..", null],
  ])("reads the range %s", (text, range) => {
    expect(parseRangeName(text)).toEqual(range);
  });
});
