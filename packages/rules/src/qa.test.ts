import type { Question } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideAsk, decideQuestion, evolveQuestion } from "./qa.ts";

const asked: Question = {
  id: "q",
  participantId: "22222222-2222-4222-8222-222222222222" as Question["participantId"],
  name: "Ada",
  text: "?",
  status: "open",
  upvotes: 0,
  askedAt: 0,
  answeredAt: null,
};

type Step = { type: "upvote" | "withdraw-upvote" | "answer" | "dismiss"; who: number };

/** The question after a step; `upvoters` is what a database would hold. */
function play(question: Question, upvoters: Set<number>, { type, who }: Step, now: number): Question {
  const decision = decideQuestion(question, { type, upvoted: upvoters.has(who) }, now);
  if ("refused" in decision) {
    expect([question.status, decision.refused]).toEqual(["dismissed", "not-found"]);
    return question;
  }
  if (decision.events.length > 0 && type === "upvote") upvoters.add(who);
  if (decision.events.length > 0 && type === "withdraw-upvote") upvoters.delete(who);
  return decision.events.reduce(evolveQuestion, question);
}

describe("questions", () => {
  it("count one upvote per person, are answered once, and stay away once dismissed", () => {
    const step = fc.record({
      type: fc.constantFrom(
        "upvote" as const,
        "withdraw-upvote" as const,
        "answer" as const,
        "dismiss" as const,
      ),
      who: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const upvoters = new Set<number>();
        steps.reduce((before, action, now) => {
          const after = play(before, upvoters, action, now);
          if (before.status !== "dismissed") expect(after.upvotes).toBe(upvoters.size);
          if (before.status === "dismissed") expect(after).toBe(before);
          if (before.answeredAt !== null) expect(after.answeredAt).toBe(before.answeredAt);
          return after;
        }, asked);
      }),
    );
  });

  it("are asked until the end", () => {
    expect(decideAsk("scheduled")).toEqual({ events: [{ type: "asked" }] });
    expect(decideAsk("live")).toEqual({ events: [{ type: "asked" }] });
    expect(decideAsk("ended")).toEqual({ refused: "webinar.ended" });
  });
});
