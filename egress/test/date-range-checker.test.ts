import { describe, expect, it } from "vitest";
import { lowLatency } from "../src/hls/timeline.ts";
import { checkDelta, checkPlaylist, checkSuccession } from "./playlist-checker.ts";
import { SimulatedProgramme } from "./simulated-programme.ts";

function playlists() {
  const programme = new SimulatedProgramme();
  const { timeline, nowMs } = programme;
  const range = (id: string, durationMs: number | null, endOnNext = false) => ({
    ...{ id, class: "rostrum.poll", startMs: nowMs, durationMs, endOnNext, plannedMs: 9000 },
    attributes: { "ROSTRUM-TITLE": "Which one?" },
  });
  programme.startCompositor();
  timeline.tell([range("one", 4000), range("two", null), range("three", null, true)]);
  programme.advance(30_000);
  const write = (delta: boolean) =>
    timeline.playlist({ ...lowLatency("main", delta), skipRanges: delta }).body.toString();
  const older = write(false);
  timeline.tell([range("one", 4000), range("two", 25_000)]);
  programme.advance(700);
  return { older, newer: write(false), delta: write(true) };
}
const { older, newer, delta } = playlists();

/** Replaces the first match; fails when there is none, so that no test is empty. */
function edit(text: string, pattern: RegExp, by: string): string {
  expect(text).toMatch(pattern);
  return text.replace(pattern, by);
}

describe("the checker of date ranges", () => {
  it("finds nothing in what is right", () => {
    expect(older.match(/#EXT-X-DATERANGE/g)).toHaveLength(3);
    for (const text of [older, newer, delta]) expect(checkPlaylist(text)).toEqual([]);
    expect(checkSuccession(older, newer)).toEqual([]);
    expect(checkDelta(older, delta, newer)).toEqual([]);
  });

  it.each([
    ["a date range without ID", /ID="one",/, ""],
    ["no START-DATE", /START-DATE="[^"]*"/, 'START-DATE="yesterday"'],
    ["END-DATE is no date", /DURATION=4\.000/, 'END-DATE="soon"'],
    ["ends before it begins", /DURATION=4\.000/, 'END-DATE="2020-01-01T00:00:00Z"'],
    ["END-DATE is not START-DATE and DURATION", /DURATION=4\.000/, '$&,END-DATE="2026-01-01T00:00:09.000Z"'],
    ["DURATION is negative", /DURATION=4\.000/, "DURATION=-4"],
    ["PLANNED-DURATION is negative", /PLANNED-DURATION=9\.000/, "PLANNED-DURATION=x"],
    ["END-ON-NEXT is not YES", /END-ON-NEXT=YES/, "END-ON-NEXT=NO"],
    ["END-ON-NEXT without CLASS", /ID="three",CLASS="rostrum\.poll",/, 'ID="three",'],
    ["END-ON-NEXT beside DURATION", /END-ON-NEXT=YES/, "END-ON-NEXT=YES,DURATION=3.0"],
    ["TITLE is no attribute of it", /X-ROSTRUM-TITLE/, "TITLE"],
    ["a malformed attribute list", /X-ROSTRUM-TITLE="W/, 'X-ROSTRUM-TITLE="W"'],
    ["two tags that do not agree", /ID="two"/, 'ID="one"'],
    ["CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL", /CAN-SKIP-UNTIL=12\.0,/, ""],
    ["without EXT-X-PROGRAM-DATE-TIME", /#EXT-X-PROGRAM-DATE-TIME[^\n]*\n/g, ""],
  ] as [string, RegExp, string][])("finds: %s", (what, pattern, by) => {
    const broken = what.includes("two tags")
      ? edit(older, /DURATION=4\.000/, 'DURATION=4.000,X-A="1"')
      : older;
    const text = edit(broken, pattern, by);
    const twice = what.includes("two tags")
      ? edit(text, /ID="one"(?=[^\n]*\n[^\n]*three)/, 'ID="one",X-A="2"')
      : text;
    expect(checkPlaylist(twice).join("; ")).toContain(what);
  });

  it.each([
    ["needs version 10", /VERSION:10/, "VERSION:9"],
    ["skipped without CAN-SKIP-DATERANGES", /,CAN-SKIP-DATERANGES=YES/, ""],
    ["listed, and among those that are gone", /DATERANGES="three/, 'DATERANGES="three\ttwo'],
    ["a control character", /#EXT-X-TARGETDURATION/, "#EXT\t-X-TARGETDURATION"],
  ] as [string, RegExp, string][])("finds in a delta: %s", (what, pattern, by) => {
    expect(checkPlaylist(edit(delta, pattern, by)).join("; ")).toContain(what);
  });

  it("finds a range that says something else than before, and a delta that tells not enough", () => {
    const moved = edit(newer, /(ID="one"[^\n]*DURATION=)4/, "$15");
    expect(checkSuccession(older, moved).join()).toContain("date range one has changed what it said");
    const silent = edit(delta, /RECENTLY-REMOVED-DATERANGES="three"/, 'RECENTLY-REMOVED-DATERANGES=""');
    expect(checkDelta(older, silent, newer)).toEqual(["the delta does not say what the full playlist says"]);
    const lacking = edit(delta, /#EXT-X-DATERANGE[^\n]*\n/, "");
    expect(checkDelta(older, lacking, newer)).toHaveLength(1);
  });
});
