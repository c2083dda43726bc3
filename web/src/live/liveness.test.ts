import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Liveness, livenessRules, type Witness } from "./liveness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(witness: Witness, answers: boolean) {
  const seen = { pings: 0, deadAt: undefined as number | undefined };
  const startedAt = Date.now();
  const liveness: Liveness = new Liveness({
    now: () => Date.now(),
    ping: async () => {
      seen.pings++;
      if (answers) setTimeout(() => liveness.heard(), 50);
    },
    onDead: () => {
      seen.deadAt = Date.now() - startedAt;
    },
  });
  liveness.witness = witness;
  liveness.start();
  return { seen, liveness };
}

describe("liveness", () => {
  it("leaves a server alone that answers, and asks it only when it is quiet", async () => {
    const { seen, liveness } = watched(async () => "stalled", true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.deadAt).toBeUndefined();
    expect(seen.pings).toBeGreaterThan(30);
    const before = seen.pings;
    const talk = setInterval(() => liveness.heard(), 500);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(seen.pings - before).toBeLessThanOrEqual(1);
    clearInterval(talk);
    liveness.stop();
  });

  it("gives up a silent one within 2.5 s when its media stalled too", async () => {
    const { seen } = watched(async () => "stalled", false);
    await vi.advanceTimersByTimeAsync(2500);
    expect(seen.deadAt).toBeLessThanOrEqual(2500);
    expect(seen.deadAt).toBeGreaterThanOrEqual(livenessRules.quietMs + livenessRules.answerMs);
  });

  it("waits longer while media flows, and gives up once it stops", async () => {
    let flow: "flows" | "stalled" = "flows";
    const { seen } = watched(async () => flow, false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen.deadAt).toBeUndefined();
    flow = "stalled";
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.deadAt).toBeDefined();
  });

  it("gives one without media several seconds, and tells once", async () => {
    const { seen } = watched(async () => "none", false);
    await vi.advanceTimersByTimeAsync(4000);
    expect(seen.deadAt).toBeUndefined();
    await vi.advanceTimersByTimeAsync(4000);
    const { deadAt } = seen;
    expect(deadAt).toBeDefined();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(seen.deadAt).toBe(deadAt);
  });

  it("does not take a page that slept for a server that died", async () => {
    let now = 0;
    let dead = false;
    const liveness = new Liveness({
      now: () => now,
      ping: async () => undefined,
      onDead: () => {
        dead = true;
      },
    });
    now = 3_600_000;
    liveness.tick();
    await Promise.resolve();
    expect(dead).toBe(false);
    liveness.heard();
    now += 60_000;
    liveness.tick();
    expect(dead).toBe(false);
  });
});
