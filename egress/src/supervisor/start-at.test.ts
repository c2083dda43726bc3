import { describe, expect, it } from "vitest";
import { startAt } from "./start-at.ts";

const now = 1_000_000;
const playoutDelayMs = 200;

describe("startAt", () => {
  it("is when the webinar went live, however long the first compositor took to start, up to 15 s", () => {
    const first = (liveAt: number) => startAt(now, { liveAt, endMs: null, playoutDelayMs });
    expect(first(now - 300)).toBe(now - 300);
    expect(first(now - 9000)).toBe(now - 9000);
    expect(first(now - 60_000)).toBe(now - 15_000);
  });

  it("is where the time line ends for a later one, up to 5 s back", () => {
    const later = (endMs: number) => startAt(now, { liveAt: 0, endMs, playoutDelayMs });
    expect(later(now - 1000.5)).toBe(now - 800);
    expect(later(now - 9000)).toBe(now - 5000);
  });

  it("is never to come", () => {
    expect(startAt(now, { liveAt: now + 50, endMs: null, playoutDelayMs })).toBe(now);
    expect(startAt(now, { liveAt: 0, endMs: now, playoutDelayMs })).toBe(now);
  });
});
