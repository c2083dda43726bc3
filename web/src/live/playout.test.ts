import { describe, expect, it } from "vitest";
import { between, countersOf, nextPlayout, noPlayout, type Playout, type Smoothness } from "./playout.ts";

const calm: Smoothness = { seconds: 2, shown: 60, dropped: 0, freezes: 0, repairs: 0 };
const rough: Smoothness = { ...calm, shown: 50, dropped: 10, repairs: 9 };

const after = (looks: Smoothness[], from: Playout = noPlayout): Playout => looks.reduce(nextPlayout, from);
const times = (count: number, look: Smoothness): Smoothness[] => Array.from({ length: count }, () => look);

describe("how long pictures are held", () => {
  it("is no time at all while nothing is lost to repairs", () => {
    expect(after(times(100, calm))).toEqual(noPlayout);
    expect(after(times(100, { ...calm, repairs: 5 }))).toEqual(noPlayout);
  });

  it("is not the answer to a machine that is too slow", () => {
    expect(after(times(100, { ...rough, repairs: 0, freezes: 3 }))).toEqual(noPlayout);
  });

  it("grows with every look that repairs spoilt, to an end", () => {
    expect(after(times(2, rough)).targetMs).toBe(120);
    expect(after(times(50, rough)).targetMs).toBe(300);
    expect(after([{ ...calm, repairs: 1, freezes: 1 }]).targetMs).toBe(60);
  });

  it("shrinks slowly once it is calm, and back to nothing", () => {
    const held = after(times(3, rough));
    expect(after(times(5, calm), held).targetMs).toBe(180);
    expect(after(times(6, calm), held).targetMs).toBe(160);
    expect(after(times(60, calm), held)).toMatchObject({ targetMs: 0 });
  });

  it("adds up pictures that were decoded and nothing else", () => {
    const video = {
      type: "inbound-rtp",
      kind: "video",
      framesDecoded: 100,
      framesDropped: 4,
      freezeCount: 1,
    };
    const counters = countersOf([
      { ...video, nackCount: 7 },
      video,
      // The bandwidth probe is a picture that never comes.
      { ...video, framesDecoded: 0, framesDropped: 0, nackCount: 99 },
      { ...video, kind: "audio", nackCount: 50 },
      { type: "outbound-rtp", kind: "video", nackCount: 50 },
    ]);
    expect(counters).toEqual({ shown: 192, dropped: 8, freezes: 2, repairs: 7 });
  });

  it("compares nothing when a picture went away between two looks", () => {
    const counters = { shown: 100, dropped: 5, freezes: 1, repairs: 3 };
    expect(between(counters, { ...counters, shown: 160 }, 2)).toEqual({ ...calm, shown: 60 });
    expect(between(counters, { ...counters, shown: 40 }, 2)).toBeUndefined();
  });
});
