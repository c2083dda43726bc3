import { expect, it } from "vitest";
import { SmoothClock } from "./smooth-clock.ts";

it("is even under jitter, and follows a stream that has moved for good", () => {
  const clock = new SmoothClock();
  const times: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const jitter = (n * 7919) % 35;
    const moved = n >= 100 ? 120 : 0;
    times.push(clock.map(n * 20, 5000 + n * 20 + jitter + moved));
  }
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(steps.filter((step) => step !== 20)).toHaveLength(1);
  expect(times[50]).toBe(6000);
  expect(Math.abs((times[199] ?? 0) - (5000 + 199 * 20 + 120))).toBeLessThanOrEqual(40);
});
