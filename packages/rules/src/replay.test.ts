import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  notWatching,
  replayChapters,
  replayDoor,
  replayRange,
  told,
  type Watching,
  watch,
} from "./replay.ts";

describe("the door of a replay", () => {
  it.each([
    [{ publishedAt: null, availableFrom: null, availableUntil: null }, "closed"],
    [{ publishedAt: 1, availableFrom: null, availableUntil: null }, "open"],
    [{ publishedAt: 1, availableFrom: 11, availableUntil: 20 }, "soon"],
    [{ publishedAt: 1, availableFrom: 10, availableUntil: 20 }, "open"],
    [{ publishedAt: 1, availableFrom: null, availableUntil: 10 }, "over"],
    [{ publishedAt: null, availableFrom: null, availableUntil: 10 }, "closed"],
  ] as const)("%o is %s at 10", (times, door) => {
    expect(replayDoor(times, 10)).toBe(door);
  });
});

const chapter = fc.record({ startMs: fc.nat(600_000), title: fc.constantFrom("a", "b", "c") });

describe("chapters", () => {
  it("rise, begin with the range and lie in it; every mark inside is one", () => {
    fc.assert(
      fc.property(
        fc.array(chapter),
        fc.uniqueArray(chapter, { selector: ({ startMs }) => startMs }),
        fc.nat(300_000),
        fc.integer({ min: 1, max: 300_000 }),
        (found, marks, fromMs, length) => {
          const range = { fromMs, toMs: fromMs + length };
          const chapters = replayChapters(found, marks, { ...range, beginning: "Beginning" });
          if (chapters.length > 0) expect(chapters[0]?.startMs).toBe(fromMs);
          for (const [index, { startMs }] of chapters.entries()) {
            expect(startMs).toBeLessThan(range.toMs);
            if (index > 0) expect(startMs).toBeGreaterThanOrEqual(chapters[index - 1]?.startMs ?? 0);
          }
          const inside = marks.filter(({ startMs }) => startMs > fromMs && startMs < range.toMs);
          expect(inside.every((mark) => chapters.includes(mark))).toBe(true);
        },
      ),
    );
  });

  it("keep to the recording when the trim does not fit", () => {
    expect(replayRange({ trimStartMs: 5000, trimEndMs: 90_000 }, 60_000)).toEqual({
      fromMs: 5000,
      toMs: 60_000,
    });
    expect(replayRange({ trimStartMs: 70_000, trimEndMs: null }, 60_000)).toEqual({
      fromMs: 0,
      toMs: 60_000,
    });
  });
});

/** Plays, pauses, jumps and stalls; a look every 250 ms. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: "play" as const, to: 0 }) },
  { weight: 1, arbitrary: fc.constant({ do: "pause" as const, to: 0 }) },
  { weight: 1, arbitrary: fc.constant({ do: "stall" as const, to: 0 }) },
  { weight: 1, arbitrary: fc.nat(600_000).map((to) => ({ do: "seek" as const, to })) },
  { weight: 1, arbitrary: fc.constant({ do: "tell" as const, to: 0 }) },
);
type Step = { do: "play" | "pause" | "stall" | "seek" | "tell"; to: number };
const lookMs = 250;

class Viewer {
  readonly stored = new Map<string, { fromMs: number; toMs: number }>();
  /** Eighths of a second that were on the screen. */
  readonly played = new Set<number>();
  readonly #rate: number;
  #state: Watching = notWatching;
  #position = 0;
  #playing = false;
  #at = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  take({ do: what, to }: Step): void {
    const from = this.#position;
    const played = this.#playing && (what === "play" || what === "tell");
    if (what === "seek") this.#position = to;
    if (what === "play" || what === "tell") this.#position += lookMs * this.#rate;
    if (played)
      for (let unit = Math.ceil(from / 125); unit < Math.floor(this.#position / 125); unit += 1)
        this.played.add(unit);
    this.#playing = what !== "pause";
    this.#at += lookMs;
    this.#state = watch(this.#state, {
      positionMs: this.#position,
      playing: this.#playing,
      rate: this.#rate,
      at: this.#at,
      id: `${this.#at}`,
    });
    if (what === "tell") this.tell();
  }

  tell(): void {
    for (const span of this.#state.untold) this.stored.set(span.id, span);
    this.#state = told(this.#state, this.#state.untold);
    expect(this.#state.untold).toEqual([]);
  }

  saw(unit: number): boolean {
    return [...this.stored.values()].some(({ fromMs, toMs }) => fromMs <= unit * 125 && unit * 125 < toMs);
  }
}

it("tells every moment that was played, and none that was jumped over", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(0.5, 1, 2), (steps, rate) => {
      const viewer = new Viewer(rate);
      for (const one of steps) viewer.take(one);
      viewer.tell();
      for (const unit of viewer.played) expect(viewer.saw(unit)).toBe(true);
      const length = [...viewer.stored.values()].reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      // A jump shorter than the slack cannot be told from a picture that was late.
      const jumps = steps.filter(({ do: what }) => what === "seek").length;
      expect(length).toBeLessThanOrEqual(steps.length * lookMs * rate + jumps * 2000);
    }),
  );
});
