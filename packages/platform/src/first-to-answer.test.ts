import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { firstToAnswer } from "./first-to-answer.ts";

type Answer = { afterMs: number; fails?: boolean };

/** Candidates by name, asked in the order of the object; what was asked when, and what was discarded. */
function race(answers: Record<string, Answer>) {
  const asked: [string, number][] = [];
  const discarded: string[] = [];
  const startedAt = Date.now();
  const result = firstToAnswer(
    Object.keys(answers),
    async (name) => {
      asked.push([name, Date.now() - startedAt]);
      const { afterMs, fails } = answers[name] as Answer;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      if (fails) throw new Error(`${name} fails`);
      return name;
    },
    { headStartMs: 400, discard: (name) => discarded.push(name) },
  ).catch((error: Error) => error.message);
  return { asked, discarded, result };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("firstToAnswer", () => {
  it("asks only the first while it answers in time", async () => {
    const { asked, result } = race({ a: { afterMs: 399 }, b: { afterMs: 0 } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await result).toBe("a");
    expect(asked).toEqual([["a", 0]]);
  });

  it("asks the next one beside a silent one, and discards what comes late", async () => {
    const { asked, discarded, result } = race({ a: { afterMs: 2000 }, b: { afterMs: 30 } });
    await vi.advanceTimersByTimeAsync(431);
    expect(await result).toBe("b");
    expect(asked).toEqual([
      ["a", 0],
      ["b", 400],
    ]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(discarded).toEqual(["a"]);
  });

  it("does not wait where one fails at once, nor asks anybody after an answer", async () => {
    const { asked, discarded, result } = race({
      a: { afterMs: 10, fails: true },
      b: { afterMs: 50 },
      c: { afterMs: 0 },
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await result).toBe("b");
    expect(asked).toEqual([
      ["a", 0],
      ["b", 10],
    ]);
    expect(discarded).toEqual([]);
  });

  it("says the last fault when all fail, whichever order they do it in", async () => {
    const { result } = race({ a: { afterMs: 900, fails: true }, b: { afterMs: 10, fails: true } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await result).toBe("a fails");
    const nobody = race({});
    expect(await nobody.result).toBe("there is nobody to ask");
  });
});
