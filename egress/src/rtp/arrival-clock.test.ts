import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrivalClock } from "./arrival-clock.ts";
import { SyncGroup } from "./sync-group.ts";

/** Plays both streams for ten seconds over paths of their own. @returns where a late moment of each is put */
function meet(paths: { video: number; audio: number; jitter: number }, reports: boolean) {
  const group = new SyncGroup();
  const video = new ArrivalClock(90_000, group);
  const audio = new ArrivalClock(48_000, group);
  let last = { video: 0, audio: 0 };
  for (let ms = 0; ms <= 10_000; ms += 20) {
    const late = ((ms * 7) % 11) * paths.jitter;
    last = {
      video: video.map((ms * 90) % 2 ** 32, 50_000 + ms + paths.video + late).at,
      audio: audio.map((ms * 48 + 4_000_000_000) % 2 ** 32, 50_000 + ms + paths.audio + late).at,
    };
    if (!reports || ms % 500 !== 0) continue;
    // The sender's clock began somewhere else altogether.
    video.report(900_000 + ms + late, (ms * 90) % 2 ** 32);
    audio.report(900_000 + ms + late, (ms * 48 + 4_000_000_000) % 2 ** 32);
  }
  return last;
}

describe("ArrivalClock", () => {
  const path = fc.integer({ min: 0, max: 300 });
  it("puts streams of one sender in step by its reports, whatever their paths", () => {
    fc.assert(
      fc.property(path, path, fc.double({ min: 0, max: 3, noNaN: true }), (video, audio, jitter) => {
        const played = meet({ video, audio, jitter }, true);
        expect(Math.abs(played.video - played.audio)).toBeLessThan(0.001);
        // Nothing is due before it is there.
        expect(played.audio).toBeGreaterThanOrEqual(60_000 + Math.max(video, audio) - 0.001);
      }),
    );
  });

  it("goes by arrival alone without them", () => {
    const played = meet({ video: 120, audio: 20, jitter: 0 }, false);
    expect(played.video - played.audio).toBeCloseTo(100);
  });

  it("does not wait for a stream that is seconds away, nor for one that has ended", () => {
    const group = new SyncGroup();
    const [a, b] = [{}, {}];
    group.note(a, 10);
    group.note(b, 5000);
    expect(group.waitOf(a)).toBe(0);
    group.note(b, 110);
    expect(group.waitOf(a)).toBe(100);
    group.forget(b);
    expect(group.waitOf(a)).toBe(0);
  });
});
