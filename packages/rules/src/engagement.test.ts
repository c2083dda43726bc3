import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Activity, defaultWeights, engagementScore, type Offered } from "./engagement.ts";

const none: Activity = {
  duringMs: 0,
  pollsAnswered: 0,
  questionsAsked: 0,
  upvotesGiven: 0,
  chatMessages: 0,
  handsRaised: 0,
};
const hour: Offered = { eventMs: 3_600_000, pollsOpened: 4 };
const count = fc.nat(20);
const activity = fc.record({
  duringMs: fc.nat(3_600_000),
  pollsAnswered: fc.nat(4),
  questionsAsked: count,
  upvotesGiven: count,
  chatMessages: count,
  handsRaised: count,
});
const weights = fc.record({
  attendance: fc.nat(100),
  polls: fc.nat(100),
  questions: fc.nat(100),
  chat: fc.nat(100),
  hands: fc.nat(100),
});

describe("the engagement score", () => {
  it("is what docs/reports.md works out", () => {
    const someone = { ...none, duringMs: 2_700_000, pollsAnswered: 3, questionsAsked: 1, chatMessages: 2 };
    // (60 * 750 + 20 * 750 + 10 * 1000 + 5 * 500 + 5 * 0) / (10 * 100) = 72.5
    expect(engagementScore(someone, hour, defaultWeights)).toBe(73);
    expect(engagementScore({ ...none, duringMs: 3_600_000 }, hour, defaultWeights)).toBe(60);
    expect(engagementScore(none, hour, defaultWeights)).toBe(0);
  });

  it("leaves out what nobody could earn", () => {
    const stayed = { ...none, duringMs: 1000 };
    const { polls: _, ...rest } = defaultWeights;
    const nothing = { attendance: rest.attendance, polls: 20, questions: 0, chat: 0, hands: 0 };
    expect(engagementScore(stayed, { eventMs: 1000, pollsOpened: 0 }, nothing)).toBe(100);
    expect(engagementScore(none, { eventMs: 0, pollsOpened: 0 }, { ...nothing, attendance: 1 })).toBe(0);
  });

  it("is a whole number from 0 to 100 that more activity never lowers", () => {
    fc.assert(
      fc.property(activity, activity, weights, (a, more, by) => {
        const score = engagementScore(a, hour, by);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        const sum = Object.fromEntries(
          Object.entries(a).map(([key, value]) => [key, value + more[key as keyof Activity]]),
        ) as Activity;
        expect(engagementScore(sum, hour, by)).toBeGreaterThanOrEqual(score);
      }),
    );
  });
});
