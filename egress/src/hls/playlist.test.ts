import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkMultivariant } from "../../test/multivariant-checker.ts";
import { checkPlaylist, checkSuccession } from "../../test/playlist-checker.ts";
import { parsePlaylist } from "../../test/playlist-parse.ts";
import { simulatedPart } from "../../test/simulated-programme.ts";
import { renderMultivariantPlaylist } from "./playlist.ts";
import { lowLatency, type PartInput, plain, Timeline } from "./timeline.ts";

const none = { has: () => false, read: async () => undefined };
const options = { targetDuration: 2, partTarget: 0.3334, windowSegments: 6, dvrSeconds: 0, store: none };
const start = Date.UTC(2026, 0, 1);
const newTimeline = () => new Timeline(options, () => {});

/** A part by its number since the start; six to a segment. */
const part = (index: number, over: Partial<PartInput> = {}): PartInput =>
  simulatedPart(index, start + Math.round((index * 1000) / 3), over);
const filled = (parts: number): Timeline => {
  const timeline = newTimeline();
  timeline.beginRun(Buffer.from("init"));
  for (let index = 0; index < parts; index += 1) timeline.addPart(part(index));
  return timeline;
};
const low = (timeline: Timeline): string => timeline.playlist(lowLatency()).body.toString();
const whole = (timeline: Timeline): string => timeline.playlist(plain()).body.toString();

type Rendered = { low: string; plain: string };
const render = (timeline: Timeline): Rendered => ({ low: low(timeline), plain: whole(timeline) });

/** What is wrong with the playlists now, by themselves, after those before, and with the files they name. */
async function faults(timeline: Timeline, before: Rendered, now: Rendered): Promise<string[]> {
  const named = parsePlaylist(now.low).segments.flatMap((segment) => [
    ...(segment.uri && !segment.gap ? [segment.uri] : []),
    ...segment.parts.map((listed) => listed.uri),
    segment.map ?? "no map",
  ]);
  const missing: string[] = [];
  for (const name of named) if ((await timeline.file(name)) === undefined) missing.push(name);
  return [
    ...checkPlaylist(now.low),
    ...checkPlaylist(now.plain),
    ...checkSuccession(before.low, now.low),
    ...checkSuccession(before.plain, now.plain),
    ...missing,
  ];
}

/** Lets things happen to a time line: parts in order, crashes, crashes that nobody repairs for seven seconds, the end. */
class History {
  readonly #timeline: Timeline;
  #part = 0;
  #at = start;
  #runs = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    timeline.beginRun(Buffer.from("init"));
  }

  step(what: "part" | "crash" | "silence" | "end"): void {
    if (what === "end") this.#timeline.end();
    else if (what === "part") {
      this.#timeline.addPart(part(this.#part++, { programmeMs: Math.round(this.#at) }));
      this.#at += 1000 / 3;
    } else this.#crash(what === "silence" ? 7000 : 0);
  }

  #crash(silenceMs: number): void {
    this.#timeline.interrupt();
    this.#timeline.coverUntil(this.#at + silenceMs);
    this.#at = Math.ceil(this.#timeline.endMs ?? this.#at);
    this.#timeline.beginRun(Buffer.from(`init ${++this.#runs}`));
    this.#part = 0;
  }
}

describe("the playlist", () => {
  it("reads as players expect it", () => {
    const timeline = filled(8);
    expect(low(timeline)).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.002,HOLD-BACK=6.0,CAN-SKIP-UNTIL=12.0,CAN-SKIP-DATERANGES=YES
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
#EXT-X-RENDITION-REPORT:URI="audio.m3u8",LAST-MSN=1,LAST-PART=1
`);
    expect(whole(timeline)).not.toContain("PART");
  });

  it("keeps the rules over any history of parts, crashes, silences and the end", async () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.constant("part" as const) },
      { weight: 1, arbitrary: fc.constant("crash" as const) },
      { weight: 1, arbitrary: fc.constant("silence" as const) },
    );
    const history = fc.array(step, { minLength: 20, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const timeline = newTimeline();
        const player = new History(timeline);
        let before = render(timeline);
        for (const what of [...steps, "end" as const]) {
          player.step(what);
          const now = render(timeline);
          expect(await faults(timeline, before, now)).toEqual([]);
          before = now;
        }
      }),
      { numRuns: 40 },
    );
  });

  it("keeps what has left the window for another window", async () => {
    const timeline = filled(6 * 20);
    expect(parsePlaylist(whole(timeline)).mediaSequence).toBe(14);
    expect(await timeline.file("seg-9.m4s")).toHaveLength(6);
    expect(await timeline.file("seg-1.m4s")).toBeUndefined();
    expect(await timeline.file("../secret")).toBeUndefined();
  });

  it("leaves out of a delta what is more than six target durations old", () => {
    const timeline = new Timeline(
      { ...options, dvrSeconds: 100, store: { has: () => true, read: async () => undefined } },
      () => {},
    );
    timeline.beginRun(Buffer.from("init"));
    for (let index = 0; index < 6 * 20 + 2; index += 1) timeline.addPart(part(index));
    const delta = timeline.playlist(lowLatency("main", true)).body.toString();
    // 20 segments and two parts: 12 s before the end lies inside the fifteenth.
    expect(delta).toContain("#EXT-X-SKIP:SKIPPED-SEGMENTS=14\n");
    expect(delta).toContain("seg-14.m4s");
    expect(delta).not.toContain("seg-13.m4s");
    expect(checkPlaylist(delta)).toEqual([]);
  });
});

describe("missing media", () => {
  it("is listed as gaps of one target duration, and what then comes for that time is not shown", () => {
    const timeline = filled(8);
    timeline.interrupt();
    const endMs = timeline.endMs ?? 0;
    timeline.coverUntil(endMs + 2400);
    expect(low(timeline)).not.toContain("EXT-X-GAP");
    timeline.coverUntil(endMs + 2500);
    timeline.beginRun(Buffer.from("two"));
    for (let index = 0; index < 14; index += 1)
      timeline.addPart(part(index, { programmeMs: Math.round(endMs + (index * 1000) / 3) }));
    const { segments } = parsePlaylist(low(timeline));
    expect(segments.map(({ gap, duration, discontinuity }) => [gap, duration, discontinuity])).toEqual([
      [false, 2, 0],
      [false, 0.66667, 0],
      [true, 2.00033, 0],
      [false, 2, 1],
      [false, 0, 1],
    ]);
    expect(checkPlaylist(low(timeline))).toEqual([]);
  });

  it("ends rewinding where a disk failed", () => {
    const store = { has: (sequence: number) => sequence !== 3, read: async () => undefined };
    const timeline = new Timeline({ ...options, dvrSeconds: 1000, store }, () => {});
    timeline.beginRun(Buffer.from("init"));
    for (let index = 0; index < 6 * 15; index += 1) timeline.addPart(part(index));
    expect(parsePlaylist(whole(timeline)).mediaSequence).toBe(0);
    for (let index = 6 * 15; index < 6 * 17; index += 1) timeline.addPart(part(index));
    expect(parsePlaylist(whole(timeline)).mediaSequence).toBe(4);
  });
});

describe("the multivariant playlist", () => {
  it("names codecs, size, rate and bandwidths", () => {
    const rates = { bandwidth: 4_000_000, averageBandwidth: 2_700_000.4 };
    const size = { width: 1280, height: 720, framesPerSecond: 30 };
    const none = { width: 0, height: 0, framesPerSecond: 0 };
    const text = renderMultivariantPlaylist([
      { uri: "live.m3u8", codecs: "avc1.64001f,mp4a.40.2", ...size, ...rates },
      { uri: "audio.m3u8", codecs: "mp4a.40.2", ...none, bandwidth: 160_000, averageBandwidth: 140_000 },
    ]);
    expect(text).toContain(
      '#EXT-X-STREAM-INF:BANDWIDTH=4000000,AVERAGE-BANDWIDTH=2700000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="sound"\nlive.m3u8\n',
    );
    expect(text).toContain(
      '#EXT-X-STREAM-INF:BANDWIDTH=160000,AVERAGE-BANDWIDTH=140000,CODECS="mp4a.40.2",AUDIO="sound"\naudio.m3u8\n',
    );
    expect(checkMultivariant(text)).toEqual([]);
  });
});
