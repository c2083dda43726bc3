import { describe, expect, it } from "vitest";
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
