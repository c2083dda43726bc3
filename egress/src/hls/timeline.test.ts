import { describe, expect, it } from "vitest";
import { checkSuccession, parsePlaylist } from "../../test/playlist-checker.ts";
import { SimulatedProgramme, simulatedPart } from "../../test/simulated-programme.ts";
import { lowLatency, plain } from "./timeline.ts";

/** A programme with so many parts, six to a segment. */
function filled(parts: number) {
  const { timeline, nowMs } = new SimulatedProgramme();
  timeline.beginRun(Buffer.from("init"));
  const add = (index: number): void =>
    timeline.addPart(simulatedPart(index, Math.round(nowMs + (index * 1000) / 3)));
  for (let index = 0; index < parts; index += 1) add(index);
  return { timeline, add };
}
const wanted = (sequence: number, part: number | null = null) => ({ sequence, part });

describe("blocking reload", () => {
  it("answers at once for what is there and wakes everybody for what comes", async () => {
    const { timeline, add } = filled(8);
    expect(await timeline.waitFor(wanted(0), 0)).toBe("ready");
    expect(await timeline.waitFor(wanted(1, 1), 0)).toBe("ready");
    const waiting = Promise.all([timeline.waitFor(wanted(1, 2), 1000), timeline.waitFor(wanted(1, 2), 1000)]);
    add(8);
    expect(await waiting).toEqual(["ready", "ready"]);
  });

  it("takes a part behind the last of its segment for the first of the next", async () => {
    const { timeline, add } = filled(8);
    const waiting = timeline.waitFor(wanted(1, 6), 1000);
    for (let index = 8; index < 12; index += 1) add(index);
    expect(await Promise.race([waiting, Promise.resolve("still waiting")])).toBe("still waiting");
    add(12);
    expect(await waiting).toBe("ready");
    expect(timeline.playlist(lowLatency(), wanted(1, 6)).body.toString()).toContain("part-2-0.m4s");
  });

  it("refuses to look too far ahead and does not wait for ever", async () => {
    const { timeline } = filled(8);
    expect(await timeline.waitFor(wanted(3), 1000)).toBe("too-far");
    expect(await timeline.waitFor(wanted(1, 11), 1000)).toBe("too-far");
    expect(await timeline.waitFor(wanted(2, 9), 1000)).toBe("too-far");
    expect(await timeline.waitFor(wanted(2, 0), 20)).toBe("gone");
  });

  it("lets everybody go at the end, and answers with it", async () => {
    const { timeline } = filled(8);
    const waiting = timeline.waitFor(wanted(2, 0), 5000);
    timeline.end();
    expect(await waiting).toBe("ready");
    expect(timeline.playlist(lowLatency(), wanted(2, 0)).body.toString()).toContain("#EXT-X-ENDLIST");
    expect(await timeline.waitFor(wanted(90), 0)).toBe("ready");
  });

  it("lets everybody go unanswered when the process ends", async () => {
    const { timeline } = filled(8);
    const waiting = timeline.waitFor(wanted(2, 0), 5000);
    timeline.close();
    expect(await waiting).toBe("gone");
  });

  it("lets a hinted part's request go when the part will not come", async () => {
    const { timeline } = filled(8);
    const waiting = timeline.waitForFile("part-1-2.m4s", 5000);
    timeline.interrupt();
    await waiting;
    expect(await timeline.file("part-1-2.m4s")).toBeUndefined();
  });
});

describe("the answer to a blocking request", () => {
  it("is the same bytes for whoever asks, now and later, and written once", () => {
    const { timeline, add } = filled(8);
    const first = timeline.playlist(lowLatency(), wanted(1, 1));
    expect(first.fixed).toBe(true);
    const asDelta = timeline.playlist(lowLatency("main", true), wanted(1, 1)).body.toString();
    for (let index = 8; index < 40; index += 1) add(index);
    const later = timeline.playlist(lowLatency(), wanted(1, 1));
    expect(later.fixed).toBe(true);
    expect(later.body).toBe(first.body);
    expect(timeline.playlist(lowLatency("main", true), wanted(1, 1)).body.toString()).toBe(asDelta);
    expect(timeline.playlist(lowLatency(), null).body.equals(first.body)).toBe(false);
  });

  it("written for the first time only later is what it would have been", () => {
    const { timeline, add } = filled(8);
    const { timeline: other } = filled(8);
    for (let index = 8; index < 40; index += 1) add(index);
    const late = timeline.playlist(lowLatency(), wanted(1, 1)).body.toString();
    expect(late).toBe(other.playlist(lowLatency(), wanted(1, 1)).body.toString());
  });

  it("is the newest, and not for caches, when nobody can tell any more which was the first", () => {
    const { timeline } = filled(6 * 30);
    const old = timeline.playlist(lowLatency(), wanted(1, 1));
    expect(old.fixed).toBe(false);
    expect(old.body).toBe(timeline.playlist(lowLatency()).body);
  });
});

describe("after a restart", () => {
  it("goes on where the files end, with a gap in place of what nobody has", async () => {
    const programme = new SimulatedProgramme();
    programme.startCompositor();
    programme.advance(31_000);
    const before = programme.timeline.playlist(plain()).body.toString();
    const shown = parsePlaylist(programme.timeline.playlist(lowLatency()).body.toString()).segments.at(-1);
    expect(shown?.uri).toBeNull();
    await programme.restart(1500);
    programme.startCompositor();
    programme.advance(3000);
    const after = programme.timeline.playlist(plain()).body.toString();
    expect(checkSuccession(before, after)).toEqual([]);
    const now = parsePlaylist(programme.timeline.playlist(lowLatency()).body.toString()).segments;
    // What was shown of it may be in caches under its names.
    expect(now.find(({ sequence }) => sequence === shown?.sequence)).toMatchObject({ gap: true, parts: [] });
    expect(now.at(-1)).toMatchObject({ discontinuity: 1, map: "init-1.mp4" });
  });

  it("lists as gaps the numbers that were", async () => {
    const programme = new SimulatedProgramme();
    programme.startCompositor();
    programme.advance(21_000);
    programme.killCompositor();
    programme.advance(9000);
    programme.startCompositor();
    programme.advance(8000);
    const before = programme.timeline.playlist(plain()).body.toString();
    await programme.restart(500);
    const after = programme.timeline.playlist(plain()).body.toString();
    expect(parsePlaylist(before).segments.filter(({ gap }) => gap).length).toBeGreaterThanOrEqual(3);
    expect(checkSuccession(before, after)).toEqual([]);
  });

  it("reads what has left memory from its files", async () => {
    const programme = new SimulatedProgramme();
    programme.startCompositor();
    programme.advance(120_000);
    const { segments } = parsePlaylist(programme.timeline.playlist(plain()).body.toString());
    expect(segments.length).toBeGreaterThan(50);
    expect(programme.timeline.latest?.bytes).not.toBeNull();
    expect((await programme.timeline.file("seg-0.m4s"))?.equals(programme.files.get(0) as Buffer)).toBe(true);
    expect(await programme.timeline.file("part-0-0.m4s")).toBeUndefined();
  });
});
