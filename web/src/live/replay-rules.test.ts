import { describe, expect, it } from "vitest";
import {
  beginAt,
  chapterAt,
  happened,
  parseThumbnails,
  replayCommand,
  startOf,
  thumbnailAt,
} from "./replay-rules.ts";

describe("the keys of the replay", () => {
  it.each([
    ["k", { tag: "BODY" }, { do: "toggle-play" }],
    ["J", { tag: "BODY" }, { do: "seek", by: -10_000 }],
    ["c", { tag: "BUTTON" }, { do: "captions" }],
    [" ", { tag: "BUTTON" }, null],
    [" ", { tag: "DIV" }, { do: "toggle-play" }],
    ["ArrowRight", { tag: "INPUT", type: "range" }, { do: "seek", by: 5000 }],
    ["ArrowRight", { tag: "BUTTON", role: "tab" }, null],
    ["k", { tag: "INPUT", type: "text" }, null],
    ["5", { tag: "BODY" }, { do: "part", tenths: 5 }],
    ["x", { tag: "BODY" }, null],
  ])("%s on %o", (key, on, command) => {
    expect(replayCommand(key, on)).toEqual(command);
  });
});

describe("where to begin", () => {
  const range = { fromMs: 5000, toMs: 65_000 };
  it.each([
    [
      { seconds: 12, leftAtMs: 30_000 },
      { ms: 17_000, resumed: false },
    ],
    [
      { seconds: 900, leftAtMs: null },
      { ms: 64_500, resumed: false },
    ],
    [
      { seconds: null, leftAtMs: 30_000 },
      { ms: 30_000, resumed: true },
    ],
    [
      { seconds: null, leftAtMs: 8000 },
      { ms: 5000, resumed: false },
    ],
    [
      { seconds: null, leftAtMs: 64_000 },
      { ms: 5000, resumed: false },
    ],
    [
      { seconds: null, leftAtMs: null },
      { ms: 5000, resumed: false },
    ],
  ])("%o", (wish, begin) => {
    expect(beginAt(wish, range)).toEqual(begin);
  });
  it.each([
    ["?t=123", 123],
    ["?t=1.5&x=2", 1.5],
    ["?t=-3", null],
    ["?t=1e9", null],
    ["", null],
  ])("reads %s", (search, seconds) => {
    expect(startOf(search)).toBe(seconds);
  });
});

it("counts what has happened, and finds the chapter", () => {
  const list = [0, 10, 10, 20].map((atMs) => ({ atMs }));
  expect([-1, 0, 9, 10, 19, 20, 99].map((at) => happened(list, at))).toEqual([0, 1, 1, 3, 3, 4, 4]);
  expect([0, 5, 10].map((at) => chapterAt([{ startMs: 2 }, { startMs: 10 }], at))).toEqual([-1, 0, 1]);
});

it("reads thumbnails", () => {
  const text =
    "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nstoryboard-1.jpg#xywh=0,0,160,90\n\n01:00:10.000 --> 01:00:20.000\nstoryboard-2.jpg#xywh=160,90,160,90\n";
  const thumbnails = parseThumbnails(text);
  expect(thumbnails[1]).toEqual({
    fromMs: 3_610_000,
    toMs: 3_620_000,
    sheet: "storyboard-2.jpg",
    x: 160,
    y: 90,
    width: 160,
    height: 90,
  });
  expect(thumbnailAt(thumbnails, 5000)?.sheet).toBe("storyboard-1.jpg");
  expect(thumbnailAt(thumbnails, 9_999_999)?.sheet).toBe("storyboard-2.jpg");
});
