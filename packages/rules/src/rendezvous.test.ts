import { describe, expect, it } from "vitest";
import { rendezvous } from "./rendezvous.ts";

const nodes = ["a", "b", "c", "d"];
const keys = Array.from({ length: 4000 }, (_, i) => `webinar-${i}`);

describe("rendezvous", () => {
  it("moves only the keys of the node that went", () => {
    const rest = nodes.filter((node) => node !== "c");
    for (const key of keys) {
      const before = rendezvous(key, nodes);
      const after = rendezvous(key, rest);
      if (before !== "c") expect(after).toBe(before);
      else expect(rest).toContain(after);
    }
  });

  it("spreads keys over nodes, whatever their order, and knows when there is none", () => {
    const counts = new Map<string | undefined, number>();
    for (const key of keys) {
      const choice = rendezvous(key, nodes);
      expect(rendezvous(key, [...nodes].reverse())).toBe(choice);
      counts.set(choice, (counts.get(choice) ?? 0) + 1);
    }
    for (const node of nodes) expect(counts.get(node)).toBeGreaterThan(800);
    expect(rendezvous("w", [])).toBeUndefined();
  });
});
