import { expect, it } from "vitest";
import { ticksFor } from "./ticks.ts";

it("marks an axis with few round numbers that reach the top", () => {
  expect(ticksFor(1)).toEqual([0, 1]);
  expect(ticksFor(7)).toEqual([0, 2, 4, 6, 8]);
  expect(ticksFor(100)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticksFor(70_229).at(-1)).toBeGreaterThanOrEqual(70_229);
  for (let most = 1; most < 3000; most += 7) expect(ticksFor(most).length).toBeLessThanOrEqual(6);
});
