import { describe, expect, it } from "vitest";
import { rangeOfMark, rangesOfTurns } from "./marks.ts";

describe("who speaks, as players are told", () => {
  it("is by number, and not before somebody has spoken for a while", () => {
    const turns = [
      { atMs: 1000, name: "Ann" },
      { atMs: 9000, name: "Bob" },
      { atMs: 10_000, name: "Ann" },
      { atMs: 20_000, name: null },
      { atMs: 25_000, name: "Bob" },
    ];
    const told = (nowMs: number) =>
      rangesOfTurns(turns, nowMs).map(({ startMs, durationMs, attributes }) => [
        ...[startMs, durationMs, attributes["ROSTRUM-SPEAKER"]],
      ]);
    expect(told(27_000)).toEqual([
      [1000, 8000, 1],
      [10_000, 10_000, 1],
    ]);
    expect(told(28_000).at(-1)).toEqual([25_000, null, 2]);
    expect(JSON.stringify(rangesOfTurns(turns, 28_000))).not.toMatch(/Ann|Bob/);
  });

  it("is not more than players can use", () => {
    const turns = Array.from({ length: 900 }, (_, index) => ({ atMs: index * 5000, name: `${index % 7}` }));
    expect(rangesOfTurns(turns, 9e6)).toHaveLength(200);
  });
});

describe("a mark of the room", () => {
  it("is a range with its length, or lasts until the next of its kind", () => {
    const mark = { id: "poll-1-5", kind: "poll" as const, startsAt: 5000, endsAt: 8000, title: "Which?" };
    expect(rangeOfMark(mark)).toMatchObject({ class: "rostrum.poll", durationMs: 3000, endOnNext: false });
    const chapter = rangeOfMark({ ...mark, kind: "chapter", endsAt: null });
    expect(chapter).toMatchObject({ endOnNext: true, attributes: { "ROSTRUM-TITLE": "Which?" } });
    expect(rangeOfMark({ ...mark, kind: "question", title: null }).attributes).toEqual({});
  });
});
