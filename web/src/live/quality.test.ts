import { describe, expect, it } from "vitest";
import { levelFor, levelsOf, momentsOf } from "./quality.ts";

// As hls.js has them: by bits, rising.
const levels = [
  { height: 360, bitrate: 9e5 },
  { height: 480, bitrate: 2e6 },
  { height: 1080, bitrate: 6e6 },
];

describe("levels", () => {
  it("are shown the largest first, under the player's own numbers", () => {
    expect(levelsOf(levels).map(({ index, label }) => [index, label])).toEqual([
      [2, "1080p"],
      [1, "480p"],
      [0, "360p"],
    ]);
    expect(levelsOf([{ height: 0, bitrate: 140_000 }])[0]?.label).toBe("140 kbit/s");
  });

  it.each([
    ["auto", -1],
    ["audio", -1],
    [480, 1],
    [720, 1],
    [2160, 2],
    [240, 0],
  ] as const)("for the choice %s: %s", (quality, level) => expect(levelFor(levels, quality)).toBe(level));

  it("are left to the player when there are none", () => expect(levelFor([], 720)).toBe(-1));
});

describe("moments", () => {
  const start = Date.UTC(2026, 0, 1);
  // Media time goes on across a crash of five seconds that were never shown.
  const fragments = [
    { start: 10, duration: 2, programDateTime: start },
    { start: 12, duration: 2, programDateTime: start + 2000 },
    { start: 14, duration: 2, programDateTime: start + 9000 },
  ];
  const range = (ms: number, over: { class?: string; title?: string } = {}) => ({
    id: `at ${ms}`,
    class: over.class ?? "rostrum.poll",
    startDate: new Date(start + ms),
    attr: over.title === undefined ? {} : { "X-ROSTRUM-TITLE": over.title },
  });

  it("are where the picture of their time is, behind a hole too", () => {
    const told = momentsOf([range(9500, { title: "Which?" }), range(1000), range(6000)], fragments);
    expect(told.map(({ at }) => at)).toEqual([11, 14, 14.5]);
    expect(told.at(-1)).toEqual({ id: "at 9500", kind: "poll", at: 14.5, title: "Which?" });
  });

  it("are left out before the first picture that is kept, and when nobody knows what they are", () => {
    expect(momentsOf([range(-5), range(500, { class: "rostrum.speaker" })], fragments)).toEqual([]);
    expect(momentsOf([range(500)], [])).toEqual([]);
  });

  it("are as many as a scrubber can show, the latest", () => {
    const many = momentsOf(
      Array.from({ length: 90 }, (_, index) => range(index * 100)),
      fragments,
    );
    expect(many).toHaveLength(40);
    expect(many.at(-1)?.id).toBe("at 8900");
  });
});
