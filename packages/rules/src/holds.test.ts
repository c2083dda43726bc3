import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confirmUntil,
  lastHoursMs,
  offerUntil,
  reconsiderOffer,
  shortestConfirmMs,
  shortestOfferMs,
} from "./holds.ts";

const hour = 3600_000;
const now = Date.UTC(2027, 2, 1, 12);
const starts = fc.integer({ min: -100 * hour, max: 2000 * hour }).map((ms) => now + ms);
const hours = fc.integer({ min: 1, max: 168 });

describe("an offer", () => {
  it("lasts as long as the host chose, ends before the last hours, and is none in them", () => {
    expect(offerUntil({ startsAt: now + 100 * hour, offerHours: 24 }, now)).toBe(now + 24 * hour);
    expect(offerUntil({ startsAt: now + 20 * hour, offerHours: 24 }, now)).toBe(now + 17 * hour);
    expect(offerUntil({ startsAt: now + 3 * hour, offerHours: 24 }, now)).toBeNull();
    expect(offerUntil({ startsAt: now - hour, offerHours: 24 }, now)).toBeNull();
    expect(offerUntil({ startsAt: now + 100 * hour, offerHours: null }, now)).toBeNull();
  });

  it("leaves time to answer, and never reaches into the last hours", () => {
    fc.assert(
      fc.property(starts, hours, (startsAt, offerHours) => {
        const until = offerUntil({ startsAt, offerHours }, now);
        if (until === null) return startsAt - lastHoursMs - now < Math.max(shortestOfferMs, 1);
        return (
          until - now >= shortestOfferMs &&
          until <= startsAt - lastHoursMs &&
          until <= now + offerHours * hour
        );
      }),
    );
  });

  it("that was just made is kept, and one that was shortened is not shortened again", () => {
    fc.assert(
      fc.property(starts, starts, hours, (startsAt, moved, offerHours) => {
        const answerUntil = offerUntil({ startsAt, offerHours }, now);
        if (answerUntil === null) return;
        expect(reconsiderOffer({ startsAt, answerUntil }, now)).toEqual({ fate: "keep" });
        const fate = reconsiderOffer({ startsAt: moved, answerUntil }, now);
        if (fate.fate !== "shorten") return;
        expect(fate.until).toBeLessThan(answerUntil);
        expect(reconsiderOffer({ startsAt: moved, answerUntil: fate.until }, now)).toEqual({ fate: "keep" });
      }),
    );
  });

  it("lapses at its end, and becomes a place when the event comes too near", () => {
    expect(reconsiderOffer({ startsAt: now + 90 * hour, answerUntil: now }, now).fate).toBe("lapse");
    expect(reconsiderOffer({ startsAt: now + 3 * hour, answerUntil: now + hour }, now).fate).toBe("give");
    expect(reconsiderOffer({ startsAt: now + 10 * hour, answerUntil: now + 9 * hour }, now)).toEqual({
      fate: "shorten",
      until: now + 7 * hour,
    });
  });
});

describe("confirming", () => {
  it("is possible for as long as the host chose, not beyond the start, and never for too short", () => {
    fc.assert(
      fc.property(starts, hours, fc.boolean(), (startsAt, confirmHours, over) => {
        const until = confirmUntil({ startsAt, confirmHours, over }, now);
        expect(until).toBeGreaterThanOrEqual(now + shortestConfirmMs);
        expect(until).toBeLessThanOrEqual(now + confirmHours * hour);
        if (!over) expect(until).toBeLessThanOrEqual(Math.max(startsAt, now + shortestConfirmMs));
      }),
    );
  });
});
