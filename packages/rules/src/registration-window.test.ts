import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registrationWindow } from "./registration-window.ts";

const startsAt = Date.UTC(2027, 5, 1, 16);
const minute = 60_000;
const always = { startsAt, opensAt: null, closesAt: null, closesAfterMinutes: null };

describe("the registration window", () => {
  it("opens and closes when it says, or a time after the start, whichever is first", () => {
    const times = { ...always, opensAt: startsAt - 600 * minute, closesAfterMinutes: 15 };
    const at = (ms: number) => registrationWindow(times, startsAt + ms).state;
    expect([at(-601 * minute), at(-600 * minute), at(15 * minute - 1), at(15 * minute)]).toEqual([
      "before",
      "open",
      "open",
      "after",
    ]);
    const sooner = { ...times, closesAt: startsAt - minute };
    expect(registrationWindow(sooner, startsAt)).toEqual({
      state: "after",
      opensAt: null,
      closesAt: startsAt - minute,
    });
    expect(registrationWindow({ ...always, closesAfterMinutes: 0 }, startsAt).state).toBe("after");
  });

  it("is always open without bounds, never opens again once it is over, and moves with the start", () => {
    const time = fc.integer({ min: startsAt - 1e9, max: startsAt + 1e9 });
    const maybe = fc.option(time, { nil: null });
    const after = fc.option(fc.integer({ min: -10_000, max: 10_000 }), { nil: null });
    const bounds = fc.record({ opensAt: maybe, closesAt: maybe, closesAfterMinutes: after });
    fc.assert(
      fc.property(bounds, time, time, (given, one, other) => {
        const times = { startsAt, ...given };
        const { closesAfterMinutes } = given;
        const [earlier, later] = [Math.min(one, other), Math.max(one, other)];
        expect(registrationWindow(always, one).state).toBe("open");
        if (registrationWindow(times, earlier).state === "after")
          expect(registrationWindow(times, later).state).toBe("after");
        if (registrationWindow(times, later).state === "before")
          expect(registrationWindow(times, earlier).state).toBe("before");
        const moved = { ...always, closesAfterMinutes, startsAt: startsAt + 7 * minute };
        expect(registrationWindow(moved, one + 7 * minute).state).toBe(
          registrationWindow({ ...moved, startsAt }, one).state,
        );
      }),
    );
  });
});
