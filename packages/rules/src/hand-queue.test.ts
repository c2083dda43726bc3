import type { Hand, ParticipantId } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideHand, evolveHands, type HandEvent } from "./hand-queue.ts";

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
          const command = { type, participantId: id(who), name: "Ada" };
          const decision = decideHand({ phase: "live", hands }, command, 1000 + i * 10 + clock);
          hands = eventsOf(decision).reduce(evolveHands, hands);
          queue = expected(queue, type, id(who));
          expect(hands.map((hand) => hand.participantId)).toEqual(queue);
        }
      }),
    );
  });

  it("gives the same queue when an event is applied twice", () => {
    const hand = { participantId: id(1), name: "Ada", raisedAt: 1 };
    const once = evolveHands([], { type: "raised", hand });
    expect(evolveHands(once, { type: "raised", hand })).toEqual(once);
    const lowered = { type: "lowered", participantId: id(1) } as const;
    expect(evolveHands(evolveHands(once, lowered), lowered)).toEqual([]);
  });

  it("takes no more hands after the end, but lets them go down", () => {
    const hands = [{ participantId: id(1), name: "Ada", raisedAt: 1 }];
    const raise = { type: "raise", participantId: id(2), name: "Grace" } as const;
    expect(decideHand({ phase: "ended", hands }, raise, 2)).toEqual({ refused: "webinar.ended" });
    expect(decideHand({ phase: "ended", hands }, { type: "lower", participantId: id(1) }, 2)).toEqual({
      events: [{ type: "lowered", participantId: id(1) }],
    });
  });
});
