import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hear, type Level, nobodySpeaks, type SpeakerState, speakerRules } from "./speaker.ts";

const present = new Set(["a", "b"]);

function expectFair(
  before: SpeakerState,
  after: SpeakerState,
  { levels, here, now }: { levels: Level[]; here: Set<string>; now: number },
): void {
  if (after.current !== null) expect(here.has(after.current)).toBe(true);
  if (after.current === before.current) return;
  if (after.current !== null) {
    const own = levels.filter(({ id }) => id === after.current).map(({ dBov }) => dBov);
    expect(Math.max(...own)).toBeGreaterThan(speakerRules.floorDbov);
  }
  if (before.current !== null && here.has(before.current))
    expect(now - before.since).toBeGreaterThanOrEqual(speakerRules.holdMs);
}

describe("speaker", () => {
  it("ignores a cough and follows a speech", () => {
    let state = hear(nobodySpeaks, [{ id: "a", dBov: -30 }], present, 0);
    expect(state.current).toBe("a");
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3000);
    state = hear(state, [{ id: "a", dBov: -30 }], present, 3100);
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3200);
    expect(state.current).toBe("a");
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3200 + speakerRules.windowMs);
    expect(state.current).toBe("b");
  });

  it("holds the floor for its time and gives it up on leaving", () => {
    let state = hear(nobodySpeaks, [{ id: "a", dBov: -30 }], present, 0);
    for (let now = 100; now < speakerRules.holdMs; now += 100) {
      state = hear(state, [{ id: "b", dBov: -10 }], present, now);
      expect(state.current).toBe("a");
    }
    expect(hear(state, [], new Set(["b"]), 5000).current).toBeNull();
  });

  const report = fc.record({
    levels: fc.array(
      fc.record({ id: fc.constantFrom("a", "b", "c"), dBov: fc.integer({ min: -127, max: 0 }) }),
      {
        maxLength: 3,
      },
    ),
    present: fc.subarray(["a", "b", "c"]),
    afterMs: fc.integer({ min: 50, max: 400 }),
  });

  it("whatever is said: the speaker is present, was heard, and keeps the floor while it may", () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 60 }), (reports) => {
        let state: SpeakerState = nobodySpeaks;
        let now = 0;
        for (const { levels, present: ids, afterMs } of reports) {
          now += afterMs;
          const here = new Set(ids);
          const before = state;
          state = hear(state, levels, here, now);
          expectFair(before, state, { levels, here, now });
        }
      }),
    );
  });

  it("does not flap between two voices that talk over each other", () => {
    let state: SpeakerState = nobodySpeaks;
    let switches = 0;
    for (let now = 0; now < 60_000; now += 200) {
      const turn = Math.floor(now / 200) % 2 === 0;
      const next = hear(
        state,
        [
          { id: "a", dBov: turn ? -20 : -26 },
          { id: "b", dBov: turn ? -26 : -20 },
        ],
        present,
        now,
      );
      if (next.current !== state.current) switches++;
      state = next;
    }
    expect(switches).toBe(1);
  });
});
