import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRelief, overloadedSince, type Receiver, reliefRules } from "./relief.ts";

const receiver = fc.record({
  id: fc.uuid(),
  idle: fc.boolean(),
  engagedAt: fc.nat(1000),
  joinedAt: fc.nat(1000),
});
const calm = { workerCpu: 0.5, eventLoopDelayMs: 20 };
const busy = { workerCpu: 0.99, eventLoopDelayMs: 20 };

describe("relief of an edge", () => {
  it("waits until the overload has lasted, and forgets one that has passed", () => {
    const since = overloadedSince(null, busy, 1000);
    expect(since).toBe(1000);
    expect(overloadedSince(since, busy, 5000)).toBe(1000);
    expect(overloadedSince(since, calm, 5000)).toBeNull();
    const one: Receiver = { id: "a", idle: true, engagedAt: 0, joinedAt: 0 };
    expect(chooseRelief([one], null, 99_999)).toEqual([]);
    expect(chooseRelief([one], since, 1000 + reliefRules.lastsMs - 1)).toEqual([]);
    expect(chooseRelief([one], since, 1000 + reliefRules.lastsMs)).toEqual([one]);
  });

  it("moves a few, never somebody before one who is less engaged", () => {
    fc.assert(
      fc.property(fc.array(receiver, { maxLength: 80 }), (receivers) => {
        const moved = chooseRelief(receivers, 0, reliefRules.lastsMs);
        expect(moved).toHaveLength(Math.ceil(receivers.length * reliefRules.share));
        const stay = receivers.filter((one) => !moved.includes(one));
        for (const gone of moved)
          for (const kept of stay) {
            expect(Number(gone.idle)).toBeGreaterThanOrEqual(Number(kept.idle));
            if (gone.idle === kept.idle) expect(gone.engagedAt).toBeLessThanOrEqual(kept.engagedAt);
          }
      }),
    );
  });
});
