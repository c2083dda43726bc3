import { describe, expect, it } from "vitest";
import { parseRange } from "./recording.ts";
import { blockingQuery } from "./server.ts";

describe("the query of a blocking reload", () => {
  const read = (text: string) => blockingQuery(new URLSearchParams(text));
  it("is read, and absent when there is none", () => {
    expect(read("")).toBeNull();
    expect(read("_HLS_msn=7")).toEqual({ sequence: 7, part: null });
    expect(read("_HLS_msn=7&_HLS_part=2")).toEqual({ sequence: 7, part: 2 });
  });
  it.each(["_HLS_part=1", "_HLS_msn=-1", "_HLS_msn=1.5", "_HLS_msn=x", "_HLS_msn=1&_HLS_part="])(
    "refuses %s",
    (text) => {
      expect(() => read(text)).toThrow();
    },
  );
});

describe("a byte range", () => {
  it.each([
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=50-500", { start: 50, end: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=9-3", "unsatisfiable"],
    ["bytes=-", null],
    ["bytes=0-1,4-5", null],
    [undefined, null],
  ])("%s", (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });
});
