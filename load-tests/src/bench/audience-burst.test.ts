import { describe, expect, it } from "vitest";
import { busiestSecond } from "./audience-burst.ts";

describe("busiestSecond", () => {
  it("slides: a burst over the turn of a second is one burst", () => {
    expect(busiestSecond([])).toBe(0);
    expect(busiestSecond([900, 1100, 1200, 2500])).toBe(3);
    expect(busiestSecond([0, 1000, 2000])).toBe(1);
    expect(busiestSecond([0, 999])).toBe(2);
  });
});
