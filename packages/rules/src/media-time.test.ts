import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Held, hold, longestHoldMs, mediaTime, programmeTime, release } from "./media-time.ts";

const anchor = { programmeMs: 1_700_000_000_000, mediaMs: 12_000 };

describe("media time", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (mediaMs) => {
        expect(mediaTime(anchor, programmeTime(anchor, mediaMs))).toBe(mediaMs);
      }),
    );
    expect(programmeTime(anchor, 15_500)).toBe(1_700_000_003_500);
  });
});

describe("events that wait for the picture", () => {
  it("come when it gets there, in order, each once", () => {
    const happening = fc.record({
      at: fc.integer({ min: 0, max: 20_000 }),
      playhead: fc.option(fc.integer({ min: 0, max: 20_000 })),
      afterMs: fc.nat(3000),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (story) => {
        let line: Held<number>[] = [];
        const seen: number[] = [];
        let now = 0;
        for (const [event, { at, playhead, afterMs }] of story.entries()) {
          line = hold(line, { event, at }, now);
          now += afterMs;
          const { due, line: rest } = release(line, playhead, now);
          seen.push(...due);
          line = rest;
          const first = line[0];
          if (first) {
            expect(playhead === null || first.at <= playhead).toBe(false);
            expect(now - first.since).toBeLessThan(longestHoldMs);
          }
        }
        seen.push(...release(line, null, now).due);
        expect(seen).toEqual(story.map((_, i) => i));
      }),
    );
  });

  it("wait no longer than that: a player that stands still hides nothing for ever", () => {
    const line = hold([], { event: "poll", at: 10_000 }, 0);
    expect(release(line, 5000, longestHoldMs - 1).due).toEqual([]);
    expect(release(line, 5000, longestHoldMs).due).toEqual(["poll"]);
  });
});
