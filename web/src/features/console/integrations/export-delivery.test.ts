import { expect, it } from "vitest";
import { filesOf, minuteOf, rowsOf, timeOf } from "./export-delivery.ts";

it("keeps to reports that there are: chat is text in Zoom's layout, once, raw events and replay stay tidy", () => {
  const rows = (["attendance", "chat", "events"] as const).flatMap((kind) =>
    (["csv", "xlsx"] as const).map((format) => ({ kind, format })),
  );
  expect(filesOf(rows, "zoom").map(({ kind, layout, format }) => `${kind} ${layout} ${format}`)).toEqual([
    "attendance zoom csv",
    "attendance zoom xlsx",
    "chat zoom txt",
    "events tidy csv",
    "events tidy xlsx",
  ]);
  expect(rowsOf(filesOf(rows, "tidy"))).toEqual(rows);
});

it("writes the minute of a day, and reads it again", () => {
  expect([null, 0, 390, 1439].map(timeOf)).toEqual(["", "00:00", "06:30", "23:59"]);
  expect(["", "00:00", "06:30", "23:59"].map(minuteOf)).toEqual([null, 0, 390, 1439]);
});
