import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPlaylist, checkSuccession, parsePlaylist } from "../../test/playlist-checker.ts";
import { renderMultivariantPlaylist } from "./playlist.ts";
import { type PartInput, Timeline } from "./timeline.ts";

const options = { targetDuration: 2, partTarget: 0.3334, windowSegments: 6 };
const start = Date.UTC(2026, 0, 1);

/** A part by its number since the start; six to a segment. */
const part = (index: number, over: Partial<PartInput> = {}): PartInput => ({
  bytes: Buffer.from([index & 0xff]),
  duration: 1 / 3,
  independent: index % 6 === 0,
  startsSegment: index % 6 === 0,
  endsSegment: index % 6 === 5,
  programmeMs: start + Math.round((index * 1000) / 3),
  ...over,
});

type Rendered = { low: string; plain: string };
const render = (timeline: Timeline): Rendered => ({
  low: timeline.playlist("low-latency"),
  plain: timeline.playlist("plain"),
});

/** What is wrong with the playlists now, by themselves, after those before, and with the files they name. */
function faults(timeline: Timeline, before: Rendered, now: Rendered): string[] {
  const named = parsePlaylist(now.low).segments.flatMap((segment) => [
    ...(segment.uri ? [segment.uri] : []),
    ...segment.parts.map((listed) => listed.uri),
    segment.map ?? "no map",
  ]);
  return [
    ...checkPlaylist(now.low),
    ...checkPlaylist(now.plain),
    ...checkSuccession(before.low, now.low),
    ...checkSuccession(before.plain, now.plain),
    ...named.filter((name) => timeline.file(name) === undefined),
  ];
}

describe("the playlist", () => {
  it("reads as players expect it", () => {
    const timeline = new Timeline(options, () => {});
    timeline.beginRun(Buffer.from("init"));
    for (let index = 0; index < 8; index += 1) timeline.addPart(part(index));
    expect(timeline.playlist("low-latency")).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.002,HOLD-BACK=6.0
#EXT-X-PART-INF:PART-TARGET=0.3334
#EXT-X-MAP:URI="init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXT-X-PART:DURATION=0.33333,URI="part-0-0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.33333,URI="part-0-1.m4s"
#EXT-X-PART:DURATION=0.33333,URI="part-0-2.m4s"
#EXT-X-PART:DURATION=0.33333,URI="part-0-3.m4s"
#EXT-X-PART:DURATION=0.33333,URI="part-0-4.m4s"
#EXT-X-PART:DURATION=0.33333,URI="part-0-5.m4s"
#EXTINF:2.0,
seg-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
#EXT-X-PART:DURATION=0.33333,URI="part-1-0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.33333,URI="part-1-1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-1-2.m4s"
`);
    expect(timeline.playlist("plain")).not.toContain("PART");
  });

  it("keeps the rules over any history of parts, crashes and the end", () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.constant("part" as const) },
      { weight: 1, arbitrary: fc.constant("crash" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
        const timeline = new Timeline(options, () => {});
        let index = 0;
        let at = 0;
        timeline.beginRun(Buffer.from("init"));
        let before = render(timeline);
        for (const [number, what] of [...steps, "end" as const].entries()) {
          if (what === "crash") {
            timeline.beginRun(Buffer.from(`init ${number}`));
            index = 0;
          } else if (what === "end") timeline.end();
          else {
            timeline.addPart(part(index, { programmeMs: start + at * 333 }));
            index += 1;
            at += 1;
          }
          const now = render(timeline);
          expect(faults(timeline, before, now)).toEqual([]);
          before = now;
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps what has left the window for another window", () => {
    const timeline = new Timeline(options, () => {});
    timeline.beginRun(Buffer.from("init"));
    for (let index = 0; index < 6 * 20; index += 1) timeline.addPart(part(index));
    expect(parsePlaylist(timeline.playlist("plain")).mediaSequence).toBe(14);
    expect(timeline.file("seg-9.m4s")).toHaveLength(6);
    expect(timeline.file("seg-1.m4s")).toBeUndefined();
    expect(timeline.file("../secret")).toBeUndefined();
  });

  it("goes on after a restart where the files end", () => {
    const written: Parameters<Timeline["restore"]>[0]["segments"] = [];
    const first = new Timeline(options, (segment) => written.push({ ...segment, parts: [] }));
    first.beginRun(Buffer.from("one"));
    for (let index = 0; index < 6 * 9; index += 1) first.addPart(part(index));
    const second = new Timeline(options, () => {});
    second.restore({
      inits: new Map([[0, Buffer.from("one")]]),
      segments: written.slice(-6),
      discontinuitiesGone: 0,
    });
    const [before, after] = [first.playlist("plain"), second.playlist("plain")];
    expect(after).toBe(before);
    second.beginRun(Buffer.from("two"));
    second.addPart(part(0, { programmeMs: start + 30_000 }));
    const now = parsePlaylist(second.playlist("low-latency"));
    expect(now.segments.at(-1)).toMatchObject({ sequence: 9, discontinuity: 1, map: "init-1.mp4" });
    expect(checkSuccession(before, second.playlist("plain"))).toEqual([]);
  });
});

describe("blocking reload", () => {
  const filled = (): Timeline => {
    const timeline = new Timeline(options, () => {});
    timeline.beginRun(Buffer.from("init"));
    for (let index = 0; index < 8; index += 1) timeline.addPart(part(index));
    return timeline;
  };
  it("answers at once for what is there and wakes everybody for what comes", async () => {
    const timeline = filled();
    expect(await timeline.waitFor(0, null, 0)).toBe("ready");
    expect(await timeline.waitFor(1, 1, 0)).toBe("ready");
    const waiting = Promise.all([timeline.waitFor(1, 2, 1000), timeline.waitFor(1, 2, 1000)]);
    timeline.addPart(part(8));
    expect(await waiting).toEqual(["ready", "ready"]);
  });
  it("takes a part behind the last of its segment for the first of the next", async () => {
    const timeline = filled();
    const waiting = timeline.waitFor(1, 6, 1000);
    for (let index = 8; index < 12; index += 1) timeline.addPart(part(index));
    expect(await waiting).toBe("ready");
  });
  it("refuses to look too far ahead and does not wait for ever", async () => {
    const timeline = filled();
    expect(await timeline.waitFor(3, null, 1000)).toBe("too-far");
    expect(await timeline.waitFor(1, 11, 1000)).toBe("too-far");
    expect(await timeline.waitFor(2, 0, 20)).toBe("gone");
  });
  it("lets everybody go at the end", async () => {
    const timeline = filled();
    const waiting = timeline.waitFor(2, 0, 5000);
    timeline.end();
    expect(await waiting).toBe("ready");
  });
});

describe("the multivariant playlist", () => {
  it("names codecs, size, rate and bandwidths", () => {
    const text = renderMultivariantPlaylist([
      {
        uri: "live.m3u8",
        codecs: "avc1.64001f,mp4a.40.2",
        width: 1280,
        height: 720,
        framesPerSecond: 30,
        bandwidth: 4_000_000,
        averageBandwidth: 2_700_000.4,
      },
    ]);
    expect(text).toContain(
      '#EXT-X-STREAM-INF:BANDWIDTH=4000000,AVERAGE-BANDWIDTH=2700000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000\nlive.m3u8\n',
    );
  });
});
