import { describe, expect, it } from "vitest";
import { checkDelta, checkPlaylist, parsePlaylist } from "../../test/playlist-checker.ts";
import { SimulatedProgramme } from "../../test/simulated-programme.ts";
import { type DateRange, DateRangeList, writeDateRange } from "./date-ranges.ts";
import { lowLatency, plain } from "./timeline.ts";

const start = Date.UTC(2026, 0, 1);
const poll = (over: Partial<DateRange> = {}): DateRange => ({
  id: "poll-1",
  class: "rostrum.poll",
  startMs: start,
  durationMs: null,
  attributes: { "ROSTRUM-TITLE": "Which one?" },
  ...over,
});

describe("a date range", () => {
  it("is written with what is known of its length", () => {
    expect(writeDateRange(poll())).toBe(
      '#EXT-X-DATERANGE:ID="poll-1",CLASS="rostrum.poll",START-DATE="2026-01-01T00:00:00.000Z",X-ROSTRUM-TITLE="Which one?"',
    );
    expect(writeDateRange(poll({ plannedMs: 60_000 }))).toContain(",PLANNED-DURATION=60.000,");
    expect(writeDateRange(poll({ durationMs: 1500 }))).toContain(",DURATION=1.500,");
    const chapter = writeDateRange(poll({ endOnNext: true, durationMs: 9 }));
    expect(chapter).toContain(",END-ON-NEXT=YES,");
    expect(chapter).not.toContain(",DURATION");
    expect(writeDateRange(poll({ attributes: { "ROSTRUM-SPEAKER": 2 } }))).toContain(",X-ROSTRUM-SPEAKER=2");
  });

  it("keeps a playlist whole whatever a title holds", () => {
    const title = `a "quote", a\nline\t\u0007bell, ${"long ".repeat(60)}`;
    const text = writeDateRange(poll({ attributes: { "ROSTRUM-TITLE": title } }));
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(text.length).toBeLessThan(260);
    expect(text.match(/"/g)).toHaveLength(8);
  });
});

describe("the ranges of a playlist", () => {
  const window = (fromMs: number, endMs: number) => ({ fromMs: start + fromMs, endMs: start + endMs });
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

  it("stay until the window begins after their end, which the next of a class may be", () => {
    const list = new DateRangeList();
    list.want([
      poll({ id: "over", durationMs: 5000 }),
      poll({ id: "open" }),
      poll({ id: "first", class: "c", endOnNext: true }),
      poll({ id: "second", class: "c", endOnNext: true, startMs: start + 8000 }),
    ]);
    expect(ids(list.version(window(5000, 20_000), 60_000).listed)).toEqual([
      "over",
      "open",
      "first",
      "second",
    ]);
    const { listed, removed } = list.version(window(9000, 24_000), 60_000);
    expect(ids(listed)).toEqual(["open", "second"]);
    expect(removed).toEqual([
      { id: "over", atMs: start + 24_000 },
      { id: "first", atMs: start + 24_000 },
    ]);
    expect(list.version(window(90_000, 85_000), 60_000).removed).toHaveLength(0);
  });

  it("know since when they say what they say", () => {
    const list = new DateRangeList();
    list.want([poll()]);
    const [open] = list.version(window(0, 1000), 0).listed;
    expect(list.version(window(0, 2000), 0).listed[0]).toBe(open);
    list.want([poll({ durationMs: 4000 })]);
    expect(list.version(window(0, 5000), 0).listed[0]).toMatchObject({ changedMs: start + 5000 });
    list.want([]);
    expect(ids(list.version(window(0, 6000), 9000).removed)).toEqual(["poll-1"]);
    list.want([poll()]);
    expect(list.version(window(0, 7000), 9000).removed).toEqual([]);
  });
});

describe("a delta of a playlist with ranges", () => {
  const programme = new SimulatedProgramme();
  const { timeline } = programme;
  const long = poll({ id: "long-ago", startMs: programme.nowMs });
  const gone = poll({ id: "gone", startMs: programme.nowMs });
  programme.startCompositor();
  timeline.tell([long, gone]);
  programme.advance(40_000);
  const had = timeline.playlist(lowLatency()).body.toString();
  timeline.tell([long, poll({ id: "new", startMs: programme.nowMs })]);
  programme.advance(1000);
  const whole = timeline.playlist(lowLatency()).body.toString();
  const read = (skipRanges: boolean) =>
    timeline.playlist({ ...lowLatency("main", true), skipRanges }).body.toString();
  const ids = (text: string) => parsePlaylist(text).dateRanges.map(({ ID }) => ID);

  it("lists all of them unless the player can do without", () => {
    expect(ids(had)).toEqual(["long-ago", "gone"]);
    expect(ids(whole)).toEqual(["long-ago", "new"]);
    expect(ids(read(false))).toEqual(["long-ago", "new"]);
    expect(read(false)).toContain("#EXT-X-VERSION:9\n");
    expect(checkDelta(had, read(false), whole)).toEqual([]);
  });

  it("lists what is new and names what is gone for a player that asks for no more", () => {
    const delta = read(true);
    expect(ids(delta)).toEqual(["new"]);
    expect(delta).toContain("#EXT-X-VERSION:10\n");
    expect(delta).toMatch(/#EXT-X-SKIP:SKIPPED-SEGMENTS=\d+,RECENTLY-REMOVED-DATERANGES="gone"\n/);
    expect(checkPlaylist(delta)).toEqual([]);
    expect(checkDelta(had, delta, whole)).toEqual([]);
    programme.advance(30_000);
    expect(read(true)).toContain('RECENTLY-REMOVED-DATERANGES=""');
    expect(ids(read(true))).toEqual([]);
  });

  it("is in every rendition, and not in the captions' playlist", async () => {
    for (const form of [plain(), lowLatency("audio")])
      expect(ids(timeline.playlist(form).body.toString())).toEqual(["long-ago", "new"]);
    const { captionsPlaylist } = await import("../captions/rendition.ts");
    expect(captionsPlaylist(timeline.playlist(plain()).body.toString())).not.toContain("#EXT-X-DATERANGE");
  });
});
