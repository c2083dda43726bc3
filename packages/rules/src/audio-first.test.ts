import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audioFirstRules, estimated, retried, retryAt, type VideoHold, videoFlows } from "./audio-first.ts";

const { floorBitrate, lowMs, retryMs, retryCapMs, provenMs } = audioFirstRules;

describe("audio first", () => {
  it("stops video after a while below the floor, not for a dip", () => {
    let state = estimated(videoFlows, floorBitrate - 1, 1000);
    state = estimated(state, floorBitrate, 1000 + lowMs - 1);
    state = estimated(state, floorBitrate - 1, 1000 + lowMs);
    expect(state.held).toBe(false);
    state = estimated(state, 50_000, 1000 + 2 * lowMs);
    expect(state.held).toBe(true);
  });

  it("tries again later each time, and soon again after a picture that lasted", () => {
    let state: VideoHold = videoFlows;
    let now = 100_000;
    const fail = (): number => {
      state = estimated(state, 1, now);
      now += lowMs;
      state = estimated(state, 1, now);
      expect(state.held).toBe(true);
      const wait = (retryAt(state) ?? 0) - now;
      now += wait;
      state = retried(state, now);
      return wait;
    };
    const waits = [fail(), fail(), fail(), fail(), fail(), fail()];
    expect(waits[0]).toBe(retryMs);
    expect(waits.every((wait, i) => i === 0 || wait >= (waits[i - 1] ?? 0))).toBe(true);
    expect(waits.at(-1)).toBe(retryCapMs);
    now += provenMs;
    state = estimated(state, floorBitrate, now);
    expect(fail()).toBe(retryMs);
  });

  it("never stops video that has bandwidth and never switches twice within the shortest wait", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * floorBitrate }), { maxLength: 400 }), (bitrates) => {
        let state: VideoHold = videoFlows;
        let changedAt = Number.NEGATIVE_INFINITY;
        bitrates.forEach((bitrate, i) => {
          const now = 60_000 + i * 500;
          const due = retryAt(state);
          const next = due !== undefined && now >= due ? retried(state, now) : estimated(state, bitrate, now);
          if (next.held !== state.held) {
            expect(now - changedAt).toBeGreaterThanOrEqual(lowMs);
            if (next.held) expect(bitrate).toBeLessThan(floorBitrate);
            changedAt = now;
          }
          state = next;
        });
      }),
    );
  });
});
