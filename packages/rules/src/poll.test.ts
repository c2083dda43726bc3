import type { Poll } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decidePoll, evolvePoll, newerTally, type PollCommand, shares } from "./poll.ts";

const draft: Poll = {
  id: "p",
  question: "?",
  options: [
    { id: "a", text: "A" },
    { id: "b", text: "B" },
    { id: "c", text: "C" },
  ],
  status: "draft",
  openedAt: null,
  closedAt: null,
  tally: { pollId: "p", version: 0, counts: { a: 0, b: 0, c: 0 }, voters: 0 },
};

const step = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ type: "open" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "close" as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("vote" as const),
      voter: fc.nat(20),
      optionId: fc.constantFrom("a", "b", "c", "unknown"),
      retry: fc.boolean(),
    }),
  },
);

type Step =
  | { type: "open" }
  | { type: "close" }
  | { type: "vote"; voter: number; optionId: string; retry: boolean };

/** The poll after a step; `ballots` is what a database would hold. */
function play(poll: Poll, ballots: Map<number, string>, action: Step, now: number): Poll {
  const command: PollCommand =
    action.type === "vote" ? { ...action, before: ballots.get(action.voter) } : action;
  const decision = decidePoll(poll, command, now);
  if ("refused" in decision) return poll;
  if (action.type === "vote" && decision.events.length > 0) {
    expect(poll.status).toBe("open");
    expect(ballots.has(action.voter)).toBe(false);
    ballots.set(action.voter, action.optionId);
  }
  const after = decision.events.reduce(evolvePoll, poll);
  expect(after.tally.version).toBeGreaterThanOrEqual(poll.tally.version);
  return after;
}

describe("poll", () => {
  it("counts one vote per person while it is open, whatever is tried", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ballots = new Map<number, string>();
        const poll = steps.reduce((before, action, now) => play(before, ballots, action, now), draft);
        expect(poll.tally.voters).toBe(ballots.size);
        for (const { id } of poll.options)
          expect(poll.tally.counts[id]).toBe([...ballots.values()].filter((choice) => choice === id).length);
      }),
    );
  });

  it("opens once and closes once; a repeated command is no fault", () => {
    const open = evolvePoll(draft, { type: "opened", at: 1 });
    const closed = evolvePoll(open, { type: "closed", at: 2 });
    expect(decidePoll(draft, { type: "close" }, 3)).toEqual({ refused: "conflict" });
    expect(decidePoll(open, { type: "open" }, 3)).toEqual({ events: [] });
    expect(decidePoll(closed, { type: "close" }, 3)).toEqual({ events: [] });
    expect(decidePoll(closed, { type: "open" }, 3)).toEqual({ refused: "poll.closed" });
    expect(closed).toMatchObject({ status: "closed", openedAt: 1, closedAt: 2 });
  });

  it("takes a retry for what it is, also after the end, and refuses another mind", () => {
    const open = evolvePoll(draft, { type: "opened", at: 1 });
    const closed = evolvePoll(open, { type: "closed", at: 2 });
    const again = { type: "vote", optionId: "a", before: "a", retry: true } as const;
    for (const poll of [open, closed]) {
      expect(decidePoll(poll, again, 3)).toEqual({ events: [] });
      expect(decidePoll(poll, { ...again, optionId: "b" }, 3)).toEqual({ refused: "poll.already-voted" });
      expect(decidePoll(poll, { ...again, retry: false }, 3)).toEqual({ refused: "poll.already-voted" });
    }
    expect(decidePoll(closed, { ...again, before: undefined }, 3)).toEqual({ refused: "poll.closed" });
  });

  it("keeps the tally that knows more", () => {
    const two = { ...draft.tally, version: 2 };
    expect(newerTally(two, draft.tally)).toBe(two);
    expect(newerTally(draft.tally, two)).toBe(two);
  });

  it("shows shares that add up to 100", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 10 }), (votes) => {
        const ids = votes.map((_, i) => `o${i}`);
        const counts = Object.fromEntries(votes.map((count, i) => [`o${i}`, count]));
        const voters = votes.reduce((sum, count) => sum + count, 0);
        const result = shares({ pollId: "p", version: 1, counts, voters }, ids);
        expect(result.reduce((sum, share) => sum + share, 0)).toBe(voters === 0 ? 0 : 100);
        for (const [i, share] of result.entries())
          expect(Math.abs(share - ((votes[i] ?? 0) * 100) / Math.max(1, voters))).toBeLessThan(1);
      }),
    );
  });
});
