import { describe, expect, it } from "vitest";
import { lowLatency, plain } from "../src/hls/timeline.ts";
import { checkDelta, checkPlaylist, checkSuccession, checkTimes } from "./playlist-checker.ts";
import { SimulatedProgramme } from "./simulated-programme.ts";

/** A playlist of half a minute with a crash, a gap and a growing segment, and the one two parts later. */
function playlists() {
  const programme = new SimulatedProgramme();
  programme.startCompositor();
  programme.advance(21_000);
  programme.killCompositor();
  programme.advance(5000);
  programme.startCompositor();
  programme.advance(9_600);
  const write = (delta = false) => programme.timeline.playlist(lowLatency("main", delta)).body.toString();
  const older = write();
  programme.advance(700);
  return {
    older,
    newer: write(),
    delta: write(true),
    whole: programme.timeline.playlist(plain()).body.toString(),
  };
}
const { older, newer, delta, whole } = playlists();

/** Replaces the first match; throws when there is none, so that no test is empty. */
function edit(text: string, pattern: RegExp, by: string): string {
  const [match] = text.matchAll(pattern);
  if (!match) throw new Error(`nothing matches ${pattern}`);
  return text.slice(0, match.index) + by + text.slice((match.index ?? 0) + match[0].length);
}

describe("the checker", () => {
  it("finds nothing in what is right", () => {
    expect(older).toContain("#EXT-X-GAP");
    expect(older).toContain("#EXT-X-DISCONTINUITY\n");
    expect(delta).toContain("#EXT-X-SKIP");
    for (const text of [older, newer, delta, whole]) expect(checkPlaylist(text)).toEqual([]);
    expect(checkSuccession(older, newer)).toEqual([]);
    expect(checkDelta(older, delta, newer)).toEqual([]);
  });

  type Fault = [what: string, pattern: RegExp, by: string];
  const faults: Fault[] = [
    ["a control character", /seg-3/g, "seg-\u00073"],
    ["text that is not in NFC", /seg-3/g, "se\u0301g-3"],
    ["the last line has no end", /\n$/g, ""],
    ["a malformed attribute list", /PART-TARGET=/g, "PART-TARGET= "],
    ["an attribute twice", /PART-TARGET=0\.3334/g, "PART-TARGET=0.3334,PART-TARGET=0.3334"],
    ["EXT-X-VERSION is there more than once", /#EXT-X-VERSION:9/g, "#EXT-X-VERSION:9\n#EXT-X-VERSION:9"],
    ["EXT-X-TARGETDURATION is missing", /#EXT-X-TARGETDURATION:2\n/g, ""],
    ["no whole number", /TARGETDURATION:2/g, "TARGETDURATION:2.5"],
    ["a tag of a multivariant playlist", /#EXT-X-INDEPENDENT-SEGMENTS/g, "#EXT-X-STREAM-INF:BANDWIDTH=1"],
    ["EXT-X-MEDIA-SEQUENCE comes after a segment", /(#EXT-X-MEDIA-SEQUENCE:\d+)\n([\s\S]*)$/g, "@2@1"],
    ["comes after a discontinuity", /(#EXT-X-DISCONTINUITY-SEQUENCE:\d+)\n([\s\S]*)$/g, "@2@1"],
    ["EXT-X-MAP needs version 6", /VERSION:9/g, "VERSION:5"],
    ["EXTINF with a fraction needs version 3", /VERSION:9/g, "VERSION:2"],
    [
      "a sliding window carries PLAYLIST-TYPE",
      /MEDIA-SEQUENCE:\d+/g,
      "MEDIA-SEQUENCE:4\n#EXT-X-PLAYLIST-TYPE:EVENT",
    ],
    ["EXT-X-PART without EXT-X-PART-INF", /#EXT-X-PART-INF.*\n/g, ""],
    ["PART-TARGET is missing", /PART-TARGET=0\.3334/g, "X=1"],
    ["parts without PART-HOLD-BACK", /PART-HOLD-BACK=[\d.]+,/g, ""],
    ["parts without CAN-BLOCK-RELOAD", /CAN-BLOCK-RELOAD=YES,/g, ""],
    ["PART-HOLD-BACK is under", /PART-HOLD-BACK=[\d.]+/g, "PART-HOLD-BACK=0.9"],
    ["HOLD-BACK is under three target", /,HOLD-BACK=6.0/g, ",HOLD-BACK=5.0"],
    ["CAN-SKIP-UNTIL is under", /CAN-SKIP-UNTIL=12.0/g, "CAN-SKIP-UNTIL=11.0"],
    ["a hint in an ended playlist", /\n$/g, "\n#EXT-X-ENDLIST\n"],
    ["an ended playlist ends with an open segment", /#EXT-X-PRELOAD-HINT.*/g, "#EXT-X-ENDLIST"],
    ["nothing hints at the next part", /#EXT-X-PRELOAD-HINT.*\n/g, ""],
    ["two hints of one type", /(#EXT-X-PRELOAD-HINT.*\n)/g, "@1@1"],
    ["a hint without a known TYPE", /TYPE=PART/g, "TYPE=SEGMENT"],
    ["a hint without URI", /(TYPE=PART),URI=.*/g, "@1"],
    [
      "a hint at a part that is there",
      /(DURATION=[\d.]+,URI="(part-\d+-0\.m4s)"[\s\S]*TYPE=PART,URI=)"[^"]*"/g,
      '@1"@2"',
    ],
    ["a rendition report whose URI is not relative", /URI="audio/g, 'URI="http://other/audio'],
    ["a rendition report without LAST-MSN", /LAST-MSN=\d+,/g, ""],
    ["a rendition report with a bad LAST-PART", /LAST-PART=\d+/g, "LAST-PART=x"],
    ["has no EXTINF", /#EXTINF:2\.0,\n/g, ""],
    ["is longer than the target duration", /#EXTINF:2\.0/g, "#EXTINF:2.6"],
    ["has no PROGRAM-DATE-TIME", /#EXT-X-PROGRAM-DATE-TIME.*\n/g, ""],
    ["has no EXT-X-MAP", /#EXT-X-MAP.*\n/g, ""],
    ["changes its map without a discontinuity", /#EXT-X-DISCONTINUITY\n/g, ""],
    ["its time does not follow", /00:00:03\.650Z/g, "00:00:03.850Z"],
    [
      "time goes back",
      /(#EXT-X-DISCONTINUITY\n#EXT-X-MAP.*\n#EXT-X-PROGRAM-DATE-TIME:).*/g,
      "@12026-01-01T00:00:00.000Z",
    ],
    ["parts do not add up", /#EXT-X-PART:DURATION=0\.33333(,URI="part-\d+-5)/g, "#EXT-X-PART:DURATION=0.3@1"],
    ["has missing parts and no EXT-X-GAP", /(URI="part-\d+-4\.m4s")/g, "@1,GAP=YES"],
    ["does not begin with an independent part", /,INDEPENDENT=YES/g, ""],
    ["has no URI", /(DURATION=0\.33333),URI="part-\d+-2.m4s"/g, "@1"],
    ["has no DURATION", /(#EXT-X-PART:)DURATION=0\.33333,/g, "@1"],
    ["is longer than PART-TARGET", /(#EXT-X-PART:)DURATION=0\.33333/g, "@1DURATION=0.35"],
    ["is shorter than 85 %", /(#EXT-X-PART:)DURATION=0\.33333(,URI="part-\d+-3)/g, "@1DURATION=0.2@2"],
    ["its parts are not listed", /(#EXT-X-PART:.*part-17-.*\n)+/g, ""],
  ];
  it.each(faults)("finds: %s", (what, pattern, by) => {
    const match = [...older.matchAll(pattern)][0];
    const put = by.replace(/@(\d)/g, (_, group: string) => match?.[Number(group)] ?? "");
    const broken = edit(older, pattern, put);
    expect(broken).not.toBe(older);
    expect(checkPlaylist(broken).join("; ")).toContain(what);
  });

  it("finds a byte order mark, and what is no playlist", () => {
    expect(() => checkPlaylist(`\uFEFF${older}`)).toThrow("EXTM3U");
    expect(() => checkPlaylist("<html>")).toThrow("EXTM3U");
  });

  it.each([
    ["EXT-X-SKIP needs version 9", /VERSION:9/g, "VERSION:8"],
    ["EXT-X-SKIP without CAN-SKIP-UNTIL", /,CAN-SKIP-UNTIL=12\.0/g, ""],
    ["EXT-X-SKIP skips nothing", /SKIPPED-SEGMENTS=\d+/g, "SKIPPED-SEGMENTS=0"],
    [
      "skips segments behind the Skip Boundary",
      /#EXT-X-PROGRAM-DATE-TIME.*\n(#EXTINF.*|#EXT-X-GAP)\n.*\n.*\n/g,
      "",
    ],
  ] as [string, RegExp, string][])("finds in a delta: %s", (what, pattern, by) => {
    expect(checkPlaylist(edit(delta, pattern, by)).join("; ")).toContain(what);
  });

  it.each([
    ["TARGETDURATION has changed", /TARGETDURATION:2/g, "TARGETDURATION:3"],
    ["PART-TARGET has changed", /PART-TARGET=0\.3334/g, "PART-TARGET=0.35"],
    ["VERSION has changed", /VERSION:9/g, "VERSION:10"],
    ["changed its URI", /seg-3/g, "seg-33"],
    ["changed its length", /EXTINF:2\.0,/g, "EXTINF:1.9,"],
    ["changed whether it is missing", /#EXT-X-GAP\n/g, ""],
    ["moved to another discontinuity", /#EXT-X-DISCONTINUITY\n/g, ""],
    ["changed its time", /T00:00:0/g, "T00:01:0"],
    ["changed its map", /init-0/g, "init-7"],
    ["changed a part", /(part-\d+-0)\.m4s/g, "part-9-9.m4s"],
  ] as [string, RegExp, string][])("finds between two: %s", (what, pattern, by) => {
    expect(checkSuccession(older, edit(newer, pattern, by)).join("; ")).toContain(what);
  });

  it("finds between two what runs backwards, ends and goes on, or is cut too short", () => {
    const ended = `${whole}#EXT-X-ENDLIST\n`;
    expect(checkSuccession(ended, whole)).toContain("an ended playlist goes on");
    expect(checkSuccession(newer, older).join("; ")).toContain("lost a part");
    const later = edit(older, /MEDIA-SEQUENCE:0/g, "MEDIA-SEQUENCE:5");
    expect(checkSuccession(later, older)).toContain("MEDIA-SEQUENCE went back");
    const more = edit(older, /DISCONTINUITY-SEQUENCE:0/g, "DISCONTINUITY-SEQUENCE:2");
    expect(checkSuccession(more, older)).toContain("DISCONTINUITY-SEQUENCE went back");
    const [head = ""] = older.split("#EXT-X-MAP");
    const cut = `${edit(head, /MEDIA-SEQUENCE:0/g, "MEDIA-SEQUENCE:14")}#EXTINF:2.0,\nseg-14.m4s\n`;
    expect(checkSuccession(older, cut).join("; ")).toContain("less than three target durations");
    const lost = `${whole.split("#EXTINF").slice(0, -1).join("#EXTINF")}`;
    expect(checkSuccession(whole, lost)).toContain("segments at the end are gone");
  });

  it("finds a delta that skips too much, or tells something else", () => {
    expect(checkDelta(edit(older, /MEDIA-SEQUENCE:0/g, "MEDIA-SEQUENCE:4"), delta, newer)).toEqual([
      "the delta skips what the player cannot know",
    ]);
    expect(checkDelta(older, edit(delta, /EXTINF:2\.0,/g, "EXTINF:1.5,"), newer)).toHaveLength(1);
  });

  it("finds that nothing new came in time", () => {
    expect(checkTimes([0, 2000, 5000], 2)).toEqual([]);
    expect(checkTimes([0, 2000, 5001], 2)).toEqual(["nothing new for 3001 ms"]);
  });
});
