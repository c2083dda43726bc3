import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PacedClock } from "./paced-clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("runs with the page, and stands still while the page does", () => {
  let ticks = 0;
  const clock = new PacedClock(5000, () => ticks++);
  vi.advanceTimersByTime(1000);
  expect(clock.now).toBe(6000);
  expect(ticks).toBe(5);
  // Ten seconds in which nothing ran at all are one tick.
  const real = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(real + 10_200);
  vi.advanceTimersToNextTimer();
  expect(clock.now).toBeLessThanOrEqual(6300);
  clock.stop();
  const stopped = clock.now;
  vi.advanceTimersByTime(2000);
  expect(clock.now).toBe(stopped);
});
