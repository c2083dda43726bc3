import type { Hand, HandStatus, ParticipantId } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideHand, evolveHands, type HandEvent, handOf } from "./hand-queue.ts";

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}` as ParticipantId;
const step = fc.record({
  type: fc.constantFrom("raise" as const, "lower" as const),
  who: fc.nat(9),
  // Processes whose clocks disagree.
  clock: fc.integer({ min: -50, max: 50 }),
});

function eventsOf(decision: ReturnType<typeof decideHand>): readonly HandEvent[] {
  if ("refused" in decision) throw new Error("nothing is refused while live");
  return decision.events;
}

/** The queue as a person at the door would keep it. */
function expected(queue: ParticipantId[], type: "raise" | "lower", who: ParticipantId): ParticipantId[] {
  if (type === "lower") return queue.filter((other) => other !== who);
  return queue.includes(who) ? queue : [...queue, who];
}

describe("the hand queue", () => {
  it("is first come, first served: raising again keeps the place, lowering loses it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let hands: Hand[] = [];
        let queue: ParticipantId[] = [];
        for (const [i, { type, who, clock }] of steps.entries()) {
          const participantId = id(who);
          const command = type === "raise" ? { type, participantId, name: "Ada" } : { type, participantId };
          const decision = decideHand({ phase: "live", hands }, command, 1000 + i * 10 + clock);
          hands = eventsOf(decision).reduce(evolveHands, hands);
          queue = expected(queue, type, id(who));
          expect(hands.map((hand) => hand.participantId)).toEqual(queue);
        }
      }),
    );
  });

  it("gives the same queue when an event is applied twice", () => {
    const hand = { participantId: id(1), name: "Ada", raisedAt: 1, status: "raised" } as const;
    const once = evolveHands([], { type: "changed", hand });
    expect(evolveHands(once, { type: "changed", hand })).toEqual(once);
    const lowered = { type: "lowered", participantId: id(1) } as const;
    expect(evolveHands(evolveHands(once, lowered), lowered)).toEqual([]);
  });

  it("takes no more hands after the end, but lets them go down", () => {
    const hands: Hand[] = [{ participantId: id(1), name: "Ada", raisedAt: 1, status: "on-stage" }];
    const raise = { type: "raise", participantId: id(2), name: "Grace" } as const;
    expect(decideHand({ phase: "ended", hands }, raise, 2)).toEqual({ refused: "webinar.ended" });
    expect(decideHand({ phase: "ended", hands }, { type: "lower", participantId: id(1) }, 2)).toEqual({
      events: [{ type: "lowered", participantId: id(1) }],
    });
  });

  /** From how a hand is, by what is said, to how it is then; what is not here is refused. */
  const ways: Record<string, Record<string, HandStatus | "down">> = {
    down: { raise: "raised", lower: "down" },
    raised: { raise: "raised", invite: "invited", lower: "down" },
    invited: { raise: "invited", invite: "invited", accept: "on-stage", lower: "down" },
    "on-stage": { raise: "on-stage", invite: "on-stage", accept: "on-stage", lower: "down" },
  };

  it("lets nobody on stage but by an invitation they accepted, whatever is said in whatever order", () => {
    const type = fc.constantFrom("raise" as const, "invite" as const, "accept" as const, "lower" as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(type, fc.nat(3)), { maxLength: 80 }), (said) => {
        let hands: Hand[] = [];
        for (const [now, [what, who]] of said.entries()) {
          const participantId = id(who);
          const command =
            what === "raise" ? { type: what, participantId, name: "Ada" } : { type: what, participantId };
          const next = ways[handOf(hands, participantId) ?? "down"]?.[what];
          const decision = decideHand({ phase: "live", hands }, command, now);
          if ("events" in decision) hands = decision.events.reduce(evolveHands, hands);
          expect("refused" in decision ? undefined : (handOf(hands, participantId) ?? "down")).toBe(next);
        }
      }),
    );
  });
});
