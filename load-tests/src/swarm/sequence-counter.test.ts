import { describe, expect, it } from "vitest";
import { SequenceCounter } from "./sequence-counter.ts";

function count(sequences: number[]): SequenceCounter {
  const counter = new SequenceCounter();
  for (const sequence of sequences) counter.push(sequence);
  return counter;
}
const range = (from: number, length: number) => Array.from({ length }, (_, index) => (from + index) & 0xffff);

describe("SequenceCounter", () => {
  it("loses nothing over an unbroken run through the wrap", () => {
    expect(count(range(65_000, 200_000))).toMatchObject({ received: 200_000, lost: 0, duplicates: 0 });
  });

  it("counts what never came, at the wrap too", () => {
    expect(count([65_533, 65_534, 1, 2])).toMatchObject({ received: 4, lost: 2 });
    expect(count([10, 11, 15])).toMatchObject({ received: 3, lost: 3 });
  });

  it("takes back a loss when the packet comes late, once", () => {
    expect(count([1, 2, 4, 3, 5])).toMatchObject({ received: 5, lost: 0, late: 1 });
    expect(count([1, 2, 4, 3, 3, 4])).toMatchObject({ received: 4, lost: 0, late: 1, duplicates: 2 });
    expect(count([65_535, 1, 0, 2])).toMatchObject({ received: 4, lost: 0, late: 1 });
  });

  it("does not take packets from before the first for lost ones found again", () => {
    expect(count([100, 99, 101])).toMatchObject({ received: 2, lost: 0, duplicates: 1 });
  });

  it("starts again after a jump that no network makes", () => {
    expect(count([1, 2, 30_000, 30_001])).toMatchObject({ received: 4, lost: 0, restarts: 1 });
  });
});
