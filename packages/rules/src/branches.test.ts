import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BranchLoad, chooseBranch, packReceivers } from "./branches.ts";

/** Fill a host of `workers` cores with `people`, one after another. */
function fill(workers: number, people: number): BranchLoad[] {
  const branches: BranchLoad[] = [{ id: "0", receivers: 0 }];
  for (let i = 0; i < people; i++) {
    const chosen = chooseBranch(branches, workers - branches.length);
    if (chosen === "new") branches.push({ id: `${branches.length}`, receivers: 1 });
    else for (const branch of branches) if (branch.id === chosen) branch.receivers++;
  }
  return branches;
}

describe("branches of a webinar on one host", () => {
  it("never use more cores than there are, seat everybody, and stay level once every core is used", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(900), (workers, people) => {
        const branches = fill(workers, people);
        expect(branches.length).toBeLessThanOrEqual(workers);
        expect(branches.reduce((sum, { receivers }) => sum + receivers, 0)).toBe(people);
        const most = Math.max(...branches.map(({ receivers }) => receivers));
        const least = Math.min(...branches.map(({ receivers }) => receivers));
        if (people >= workers * packReceivers) expect(most - least).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("keep a small webinar on one core", () => {
    expect(fill(8, packReceivers)).toHaveLength(1);
    expect(fill(8, packReceivers + 1)).toHaveLength(2);
  });
});
