import { describe, expect, it } from "vitest";
import type { DateRange } from "../src/hls/date-ranges.ts";
import type { Rendition } from "../src/hls/names.ts";
import { lowLatency, plain } from "../src/hls/timeline.ts";
import { checkDelta, checkPlaylist, checkSuccession, checkTimes, parsePlaylist } from "./playlist-checker.ts";
import { SimulatedProgramme } from "./simulated-programme.ts";

/** Follows one playlist: every version is checked by itself, after the one before, and as a delta of it. */
class Follower {
  readonly faults: string[] = [];
  readonly #programme: SimulatedProgramme;
  readonly #lowLatency: boolean;
  readonly #rendition: Rendition;
  #body: Buffer | null = null;
  #last: string | null = null;
  #whole = "";
  #wholeAtMs = 0;
  #times: number[] = [];
  #seen = 0;
  versions = 0;
  deltas = 0;

  constructor(programme: SimulatedProgramme, options: { lowLatency: boolean; rendition: Rendition }) {
    this.#programme = programme;
    this.#lowLatency = options.lowLatency;
    this.#rendition = options.rendition;
  }

  look(): void {
    const { timeline, nowMs } = this.#programme;
    const delta = { ...(this.#lowLatency ? lowLatency : plain)(this.#rendition, true), skipRanges: true };
    const { body } = timeline.playlist(delta);
    if (body === this.#body) return;
    this.#body = body;
    const update = body.toString();
    if (update === this.#last) return;
    this.#last = update;
    this.#times.push(nowMs);
    this.versions += 1;
    // The others' playlists are the picture's with other names: a quarter of their versions will do.
    if (this.#rendition === "main" || this.versions % 4 === 0) this.#note(checkPlaylist(update));
    // Hours of segments are the same from part to part: the whole is compared now and then.
    if (this.versions % (this.#lowLatency ? 11 : 2) === 0) this.#compareWhole(update, nowMs);
  }

  #compareWhole(update: string, nowMs: number): void {
    const form = (this.#lowLatency ? lowLatency : plain)(this.#rendition);
    const whole = this.#programme.timeline.playlist(form).body.toString();
    this.#note(checkPlaylist(whole));
    if (this.#whole !== "") {
      this.#note(checkSuccession(this.#whole, whole));
      // A player asks for a delta while what it has is younger than half of CAN-SKIP-UNTIL (bis §6.3.7).
      const recent = nowMs - this.#wholeAtMs < 6000;
      if (recent) this.#note(checkDelta(this.#whole, update, whole));
      if (recent && parsePlaylist(update).skipped > 0) this.deltas += 1;
    }
    this.#whole = whole;
    this.#wholeAtMs = nowMs;
  }

  /** The server goes down, or it is over: until it is back nobody expects anything new of it. */
  pause(): void {
    this.#note(checkTimes(this.#times, this.#programme.options.targetDuration));
    this.#times = [];
  }

  #note(faults: string[]): void {
    this.#seen += faults.length;
    if (this.#seen < 20) this.faults.push(...faults.map((fault) => `version ${this.versions}: ${fault}`));
  }
}

/** What a rung lists is there, and what it lists as missing is not; no rung has less missing than the programme itself. */
async function compareRungs({ timeline }: SimulatedProgramme): Promise<void> {
  const read = (rendition: Rendition) =>
    parsePlaylist(timeline.playlist(lowLatency(rendition)).body.toString()).segments;
  const missing = (rendition: Rendition) => read(rendition).filter(({ gap }) => gap).length;
  expect(missing("360p")).toBe(missing("main"));
  expect(missing("480p")).toBeGreaterThanOrEqual(missing("main"));
  for (const { uri, gap } of [...read("480p"), ...read("360p")])
    if (uri) expect((await timeline.file(uri)) === undefined, uri).toBe(gap);
}

/** What happens in an hour: a poll each minute, closed in the next, chapters, and now and then one that is taken back. */
function happenings(minute: number, nowMs: number, before: readonly DateRange[]): DateRange[] {
  const at = { startMs: nowMs, durationMs: null, attributes: { "ROSTRUM-TITLE": `of minute ${minute}` } };
  const kept = before
    .filter(({ id }) => minute % 7 !== 6 || id !== `chapter-${minute - 1}`)
    .map((range) =>
      range.class === "rostrum.poll" && range.durationMs === null
        ? { ...range, durationMs: nowMs - range.startMs }
        : range,
    );
  const chapter = { ...at, id: `chapter-${minute}`, class: "rostrum.chapter", endOnNext: true };
  return [...kept, { ...at, id: `poll-${minute}`, class: "rostrum.poll" }, ...(minute % 2 ? [chapter] : [])];
}

/** Most of a minute; now and then one rung ends in the middle of a segment, and comes back later. */
function advanceShortOfTime(
  programme: SimulatedProgramme,
  { minute, look }: { minute: number; look: () => void },
): void {
  programme.advance(20_000, look);
  if (minute % 4 === 1) programme.left.add("480p");
  programme.advance(13_700, look);
  programme.left.clear();
  programme.advance(20_000 + 111 * minute, look);
}

describe("a live hour, compressed", () => {
  it("keeps every rule through rotation, crashes short and long, restarts and the end", {
    timeout: 30_000,
  }, async () => {
    const programme = new SimulatedProgramme({ dvrSeconds: 120, rungs: ["480p", "360p"] });
    const followers = [
      new Follower(programme, { lowLatency: true, rendition: "main" }),
      new Follower(programme, { lowLatency: false, rendition: "main" }),
      new Follower(programme, { lowLatency: true, rendition: "audio" }),
      new Follower(programme, { lowLatency: true, rendition: "480p" }),
    ];
    const look = () => {
      for (const follower of followers) follower.look();
    };
    const startedAt = programme.nowMs;
    programme.startCompositor();
    // Outages of the compositor, ms: shorter than a part, than the patience, than what is caught up with; and longer.
    const outages = [150, 900, 2300, 3400, 5200, 14_000, 61_000];
    let ranges: DateRange[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      ranges = happenings(minute, programme.nowMs, ranges);
      programme.timeline.tell(ranges);
      advanceShortOfTime(programme, { minute, look });
      if (minute % 9 === 8) {
        for (const follower of followers) follower.pause();
        await programme.restart(1200 + 700 * minute);
        programme.timeline.tell(ranges);
      } else programme.killCompositor();
      const outage = outages[minute % outages.length] ?? 0;
      programme.advance(outage, look);
      programme.startCompositor();
    }
    programme.advance(20_000, look);
    programme.timeline.end();
    look();
    for (const follower of followers) follower.pause();
    expect(programme.nowMs - startedAt).toBeGreaterThan(3600_000);
    expect(followers.flatMap(({ faults }) => faults)).toEqual([]);
    const [live, whole] = followers;
    expect(live?.versions).toBeGreaterThan(9000);
    expect(whole?.versions).toBeGreaterThan(1500);
    expect(live?.deltas).toBeGreaterThan(800);
    const last = parsePlaylist(programme.timeline.playlist(lowLatency()).body.toString());
    expect(last.ended).toBe(true);
    expect(last.dateRanges.length).toBeGreaterThan(2);
    expect(last.dateRanges.length).toBeLessThan(12);
    const listed = last.segments.reduce((sum, { duration }) => sum + duration, 0);
    expect(listed).toBeGreaterThanOrEqual(119.9);
    expect(listed).toBeLessThan(125);
    expect(last.segments.some(({ gap }) => gap)).toBe(true);
    for (const { uri, gap } of last.segments)
      if (uri && !gap) expect(await programme.timeline.file(uri), uri).toBeDefined();
    await compareRungs(programme);
  });
});
