import type { ChatMessage, ParticipantId } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRelief, engagementIn, overloadedSince, type Receiver, reliefRules } from "./relief.ts";

const receiver = fc.record({
  id: fc.uuid(),
  idle: fc.boolean(),
  engagedAt: fc.nat(1000),
  joinedAt: fc.nat(1000),
  needed: fc.boolean(),
  leaving: fc.constant(false),
});
const calm = { workerCpu: 0.5, eventLoopDelayMs: 20 };
const busy = { workerCpu: 0.99, eventLoopDelayMs: 20 };

describe("relief of an edge", () => {
  const one: Receiver = {
    id: "a",
    idle: true,
    engagedAt: 0,
    joinedAt: 0,
    needed: false,
    leaving: false,
  };

  it("waits until the overload has lasted, and forgets one that has passed", () => {
    const since = overloadedSince(null, busy, { now: 1000 });
    expect(since).toBe(1000);
    expect(overloadedSince(since, busy, { now: 5000 })).toBe(1000);
    expect(overloadedSince(since, calm, { now: 5000 })).toBeNull();
    expect(chooseRelief([one], null, { now: 99_999 })).toEqual([]);
    expect(chooseRelief([one], since, { now: 1000 + reliefRules.lastsMs - 1 })).toEqual([]);
    expect(chooseRelief([one], since, { now: 1000 + reliefRules.lastsMs })).toEqual([one]);
  });

  it("begins above its limit and ends well below it", () => {
    const nearly = { workerCpu: 0.92, eventLoopDelayMs: 20 };
    expect(overloadedSince(null, nearly, { now: 1 })).toBeNull();
    expect(overloadedSince(1, nearly, { now: 2 })).toBe(1);
    expect(overloadedSince(1, { workerCpu: 0.83, eventLoopDelayMs: 440 }, { now: 2 })).toBeNull();
    const own = { ...reliefRules, workerCpu: 0.01 };
    expect(overloadedSince(null, calm, { now: 1, rules: own })).toBe(1);
  });

  it("asks nobody while somebody is on their way, and never who is on stage or called there", () => {
    const now = reliefRules.lastsMs;
    expect(chooseRelief([one, { ...one, id: "b", leaving: true }], 0, { now })).toEqual([]);
    expect(chooseRelief([{ ...one, needed: true }], 0, { now })).toEqual([]);
  });

  it("moves a few, never somebody before one who is less engaged", () => {
    fc.assert(
      fc.property(fc.array(receiver, { maxLength: 80 }), (receivers) => {
        const moved = chooseRelief(receivers, 0, { now: reliefRules.lastsMs });
        const free = receivers.filter(({ needed }) => !needed);
        const most = Math.ceil(receivers.length * reliefRules.share);
        expect(moved).toHaveLength(Math.min(free.length, most));
        const stay = free.filter((one) => !moved.includes(one));
        for (const gone of moved)
          for (const kept of stay) {
            expect(Number(gone.idle)).toBeGreaterThanOrEqual(Number(kept.idle));
            if (gone.idle === kept.idle) expect(gone.engagedAt).toBeLessThanOrEqual(kept.engagedAt);
          }
      }),
    );
  });
});

describe("how engaged somebody is", () => {
  const who = "00000000-0000-4000-8000-000000000001";
  const room = { questions: [], chat: [], hands: [] };
  const participantId = who as ParticipantId;
  const hand = { participantId, name: "Ada", raisedAt: 30, status: "raised" } as const;

  it("is what the room still shows of them", () => {
    const message = { id: who as ChatMessage["id"], participantId, name: "Ada", text: "hello", at: 40 };
    expect(engagementIn(room, who)).toEqual({ engagedAt: 0, needed: false });
    expect(engagementIn({ ...room, hands: [hand] }, who)).toEqual({ engagedAt: 30, needed: false });
    expect(engagementIn({ ...room, hands: [hand], chat: [message] }, who).engagedAt).toBe(40);
    expect(engagementIn({ ...room, hands: [hand], chat: [message] }, "somebody else").engagedAt).toBe(0);
  });

  it("needs whoever was called on stage", () => {
    for (const status of ["invited", "on-stage"] as const)
      expect(engagementIn({ ...room, hands: [{ ...hand, status }] }, who).needed).toBe(true);
  });
});
