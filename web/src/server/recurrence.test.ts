import { describe, expect, it } from "vitest";
import { movedAlong, seriesDates } from "./recurrence.ts";

const berlin = "Europe/Berlin";
const clock = (dates: Date[], timeZone: string) =>
  dates.map((date) =>
    new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone }).format(date),
  );
const rule = (every: "week" | "two-weeks" | "month", count: number, without: string[] = []) => ({
  every,
  count,
  timeZone: berlin,
  without,
});

describe("dates of a series", () => {
  it("stay at the same local time over both changes of clocks", () => {
    const spring = seriesDates(new Date("2026-03-24T17:00:00Z"), rule("week", 3));
    expect(clock(spring, berlin)).toEqual(["2026-03-24 18:00", "2026-03-31 18:00", "2026-04-07 18:00"]);
    expect(spring.map((date) => date.toISOString().slice(11, 16))).toEqual(["17:00", "16:00", "16:00"]);
    const autumn = seriesDates(new Date("2026-10-20T16:00:00Z"), rule("two-weeks", 2));
    expect(clock(autumn, berlin)).toEqual(["2026-10-20 18:00", "2026-11-03 18:00"]);
  });

  it("pass over a day whose clocks skip that time, and take the first of one that comes twice", () => {
    const skipped = seriesDates(new Date("2026-03-22T01:30:00Z"), rule("week", 3));
    expect(clock(skipped, berlin)).toEqual(["2026-03-22 02:30", "2026-04-05 02:30", "2026-04-12 02:30"]);
    const twice = seriesDates(new Date("2026-10-18T00:30:00Z"), rule("week", 2));
    expect(twice[1]?.toISOString()).toBe("2026-10-25T00:30:00.000Z");
  });

  it("come on the same weekday of each month, the last one where there is no fifth", () => {
    const second = seriesDates(new Date("2026-01-13T10:00:00Z"), rule("month", 4));
    expect(clock(second, berlin).map((text) => text.slice(0, 10))).toEqual([
      "2026-01-13",
      "2026-02-10",
      "2026-03-10",
      "2026-04-14",
    ]);
    const last = seriesDates(new Date("2026-01-29T10:00:00Z"), rule("month", 3));
    expect(clock(last, berlin).map((text) => text.slice(0, 10))).toEqual([
      "2026-01-29",
      "2026-02-26",
      "2026-03-26",
    ]);
  });

  it("leave out the days that are named, in the host's zone, without making up for them", () => {
    // 23:30 in Berlin is another day in UTC.
    const dates = seriesDates(
      new Date("2026-06-01T21:30:00Z"),
      rule("week", 4, ["2026-06-08", "2026-06-22"]),
    );
    expect(clock(dates, berlin)).toEqual(["2026-06-01 23:30", "2026-06-15 23:30"]);
  });

  it("move along by local days and time, over a change of clocks", () => {
    const move = {
      from: { at: new Date("2026-03-24T17:00:00Z"), timeZone: berlin },
      to: { at: new Date("2026-03-25T18:30:00Z"), timeZone: berlin },
    };
    expect(clock([movedAlong(new Date("2026-03-31T16:00:00Z"), move)], berlin)).toEqual(["2026-04-01 19:30"]);
    const abroad = { ...move, to: { at: new Date("2026-03-24T18:00:00Z"), timeZone: "Europe/London" } };
    expect(clock([movedAlong(new Date("2026-03-31T16:00:00Z"), abroad)], "Europe/London")).toEqual([
      "2026-03-31 18:00",
    ]);
  });
});
