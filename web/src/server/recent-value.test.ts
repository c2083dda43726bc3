import { expect, it } from "vitest";
import { RecentValue } from "./recent-value.ts";

it("is read once for all who ask at a time, and again when it is old", async () => {
  let reads = 0;
  const value = new RecentValue(async () => ++reads, 100);
  expect(await Promise.all([value.get(0), value.get(50), value.get(99)])).toEqual([1, 1, 1]);
  expect(await value.get(100)).toBe(2);
});

it("does not keep a failure", async () => {
  let reads = 0;
  const value = new RecentValue(async () => {
    if (++reads === 1) throw new Error("away");
    return reads;
  }, 100);
  await expect(value.get(0)).rejects.toThrow("away");
  expect(await value.get(1)).toBe(2);
});
