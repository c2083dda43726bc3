import { describe, expect, it } from "vitest";
import { textsFor } from "../texts/index.ts";
import {
  behindText,
  catchUpRate,
  clockText,
  commandOf,
  isLive,
  nativeStand,
  nextTry,
  noFaults,
  pickEngine,
  remedyFor,
  shouldJump,
} from "./hls-rules.ts";

describe("the engine", () => {
  it.each([
    ["Chrome, Firefox, a Mac", { mediaSource: true, managedMediaSource: false, nativeHls: true }, "hls.js"],
    ["an iPhone", { mediaSource: false, managedMediaSource: true, nativeHls: true }, "native"],
    ["an old iPhone", { mediaSource: false, managedMediaSource: false, nativeHls: true }, "native"],
    ["managed only", { mediaSource: false, managedMediaSource: true, nativeHls: false }, "hls.js"],
    ["nothing", { mediaSource: false, managedMediaSource: false, nativeHls: false }, "none"],
  ] as const)("%s", (_, has, engine) => expect(pickEngine(has)).toBe(engine));
});

describe("catching up", () => {
  const target = 1;
  it.each([
    ["on time", { behind: 1.02, ahead: 0.9 }, 1],
    ["a little late", { behind: 1.2, ahead: 0.9 }, 1.04],
    ["late", { behind: 1.8, ahead: 1.5 }, 1.08],
    ["late, but nothing to spare", { behind: 1.8, ahead: 0.3 }, 1],
    ["about to run dry", { behind: 1.1, ahead: 0.05 }, 0.95],
    ["rewound", { behind: 60, ahead: 8 }, 1],
  ])("%s", (_, look, rate) => expect(catchUpRate({ ...look, target })).toBe(rate));

  it("brings a second too much to its aim within fifteen seconds, and stays there", () => {
    let behind = 2;
    for (let at = 0; at < 15; at += 0.2) {
      // What is played faster than it comes is what the distance, and the buffer, shrink by.
      const rate = catchUpRate({ behind, target, ahead: behind - 0.3 });
      behind -= (rate - 1) * 0.2;
    }
    expect(behind).toBeLessThan(1.1);
    expect(behind).toBeGreaterThan(1);
    expect(isLive(behind, target)).toBe(true);
    expect(isLive(30, target)).toBe(false);
  });
});

describe("a jump to live", () => {
  const late = { behind: 3, target: 1, playedMs: 1000, wantsLive: true };
  it("makes a late start good in the first seconds", () => {
    expect(shouldJump(late)).toBe(true);
    expect(shouldJump({ ...late, playedMs: 100 })).toBe(false);
    expect(shouldJump({ ...late, behind: 1.5 })).toBe(false);
  });
  it("brings back later who fell far behind, and nobody who went there", () => {
    expect(shouldJump({ ...late, playedMs: 60_000 })).toBe(false);
    expect(shouldJump({ ...late, playedMs: 60_000, behind: 9 })).toBe(true);
    expect(shouldJump({ ...late, playedMs: 60_000, behind: 9, wantsLive: false })).toBe(false);
  });
});

describe("starting again", () => {
  it("waits longer each time, gives up after eight, and forgives after half a minute", () => {
    let recovery = noFaults;
    const waits: (number | null)[] = [];
    for (let i = 0; i < 9; i += 1) {
      const next = nextTry(recovery, 100_000 + i, 1);
      waits.push(next.waitMs);
      recovery = next.recovery;
    }
    expect(waits).toEqual([300, 600, 1200, 2400, 4800, 8000, 8000, 8000, null]);
    expect(nextTry(recovery, 131_000, 1).waitMs).toBe(300);
    expect(nextTry(noFaults, 100_000, 0).waitMs).toBe(150);
  });
});

describe("a picture that stands", () => {
  it.each([
    ["for a moment", { standsMs: 400, bufferedLater: true }, "none"],
    ["before a hole", { standsMs: 800, bufferedLater: true }, "skip"],
    ["with nothing to come", { standsMs: 3000, bufferedLater: false }, "none"],
    ["for long", { standsMs: 8100, bufferedLater: false }, "restart"],
  ] as const)("%s", (_, stall, remedy) => expect(remedyFor(stall)).toBe(remedy));
});

describe("words", () => {
  it("tell times as people read them", () => {
    expect([0, 65, 3725, -3].map(clockText)).toEqual(["0:00", "1:05", "1:02:05", "0:00"]);
    const inWords = (locale: "en" | "de") => {
      const { tag, player } = textsFor(locale);
      return [1.234, 12.4, 65].map((seconds) => behindText(seconds, { tag, ...player }));
    };
    expect(inWords("en")).toEqual(["1.2 s behind live", "12 s behind live", "1:05 behind live"]);
    expect(inWords("de")).toEqual(["1,2 s zurück", "12 s zurück", "1:05 zurück"]);
  });
});

describe("keys", () => {
  const stage = { tag: "SECTION" };
  it("play, rewind and more", () => {
    expect(commandOf(" ", stage)).toEqual({ do: "toggle-play" });
    expect(commandOf("K", stage)).toEqual({ do: "toggle-play" });
    expect(commandOf("ArrowLeft", stage)).toEqual({ do: "seek", by: -10 });
    expect(commandOf("l", stage)).toEqual({ do: "live" });
    expect(commandOf("x", stage)).toBeNull();
  });
  it("stay with what has the focus", () => {
    expect(commandOf("m", { tag: "TEXTAREA" })).toBeNull();
    expect(commandOf("m", { tag: "INPUT", type: "text" })).toBeNull();
    expect(commandOf("ArrowLeft", { tag: "INPUT", type: "range" })).toBeNull();
    expect(commandOf(" ", { tag: "BUTTON" })).toBeNull();
    expect(commandOf("m", { tag: "INPUT", type: "range" })).toEqual({ do: "toggle-mute" });
  });
});

describe("a browser's own player", () => {
  it.each([
    [{ start: 0, end: 0 }, 0, { behind: null, live: true }],
    [{ start: 10, end: 100 }, 97, { behind: 3, live: true }],
    [{ start: 10, end: 100 }, 40, { behind: 60, live: false }],
    // Its clock may be ahead of what it says may be sought.
    [{ start: 10, end: 100 }, 100.4, { behind: 0, live: true }],
  ])("in %o at %f stands at %o", (range, at, stand) => {
    expect(nativeStand(range, at)).toEqual(stand);
  });

  it("takes the captions' key as the other does", () => {
    expect(commandOf("c", { tag: "DIV" })).toEqual({ do: "captions" });
  });
});
