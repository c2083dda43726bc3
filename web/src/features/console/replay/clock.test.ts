import { expect, it } from "vitest";
import { fromLocalInput, localInput, parseClock } from "./clock.ts";

it.each([
  ["65", 65_000],
  ["1:05", 65_000],
  ["1:02:05", 3_725_000],
  ["1:75", null],
  ["", null],
  ["-1", null],
  ["1:2:3:4", null],
])("reads %s", (text, ms) => {
  expect(parseClock(text)).toBe(ms);
});

it("writes a date as it reads it, to the minute", () => {
  const at = Date.UTC(2026, 5, 1, 12, 34);
  expect(fromLocalInput(localInput(at))?.getTime()).toBe(at);
  expect([localInput(null), fromLocalInput("")]).toEqual(["", null]);
});
