import { describe, expect, it } from "vitest";
import { longestGap } from "./kills-gaps.ts";

const every = (ms: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / ms) + 1 }, (_, i) => from + i * ms);

describe("longestGap", () => {
  it("is the frame interval of a steady picture", () => {
    expect(longestGap(every(33, 0, 9900), 1000, 5000)).toBe(33);
  });

  it("counts from the last frame before the disturbance to the first after it", () => {
    expect(longestGap([...every(33, 0, 990), ...every(33, 2500, 9000)], 1000, 8000)).toBe(2500 - 990);
  });

  it("does not count what happened before", () => {
    expect(longestGap([0, 900, ...every(50, 1000, 5000)], 1000, 5000)).toBe(100);
  });

  it("counts a picture that never comes back up to the end of the watch", () => {
    expect(longestGap(every(33, 0, 990), 1000, 9000)).toBe(9000 - 990);
    expect(longestGap([], 1000, 9000)).toBe(8000);
  });
});
