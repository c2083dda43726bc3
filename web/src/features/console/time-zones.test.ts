import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantIn, wallClock } from "./time-zones.ts";

describe("time zones", () => {
  it("knows summer and winter", () => {
    expect(instantIn("Europe/Berlin", "2026-07-01", "10:00").toISOString()).toBe("2026-07-01T08:00:00.000Z");
    expect(instantIn("Europe/Berlin", "2026-12-01", "10:00").toISOString()).toBe("2026-12-01T09:00:00.000Z");
    expect(instantIn("Asia/Kolkata", "2026-12-01", "10:00").toISOString()).toBe("2026-12-01T04:30:00.000Z");
  });

  it("shows what was entered, except where clocks jump", () => {
    const zones = fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 500_000 }), (zone, minutes) => {
        const at = new Date(1_750_000_000_000 - (1_750_000_000_000 % 60_000) + minutes * 60_000);
        const { date, time } = wallClock(zone, at);
        const back = instantIn(zone, date, time);
        // An hour that happens twice may come back as its twin.
        expect([0, 1_800_000, 3_600_000]).toContain(Math.abs(back.getTime() - at.getTime()));
      }),
    );
  });
});
