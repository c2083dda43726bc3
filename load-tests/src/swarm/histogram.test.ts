import { describe, expect, it } from "vitest";
import { Histogram } from "./histogram.ts";

describe("Histogram", () => {
  it("gives nearest-rank percentiles to its step", () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 100; ms++) histogram.add(ms);
    expect(histogram.percentile(0.5)).toBe(50.25);
    expect(histogram.percentile(0.99)).toBe(99.25);
    expect(histogram.percentile(1)).toBe(100);
  });

  it("holds seconds and knows when it is empty", () => {
    const histogram = new Histogram();
    expect(histogram.percentile(0.5)).toBeNull();
    histogram.add(0);
    histogram.add(12_345);
    expect(histogram.percentile(1)).toBe(12_345);
    histogram.clear();
    expect(histogram).toMatchObject({ count: 0, max: 0 });
  });
});
