import { WebinarPhase } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decidePhase, isForward, type PhaseCommand } from "./phase.ts";

const commands: PhaseCommand[] = ["publish", "open-green-room", "go-live", "end"];

describe("phase", () => {
  it("refuses what comes too early or too late", () => {
    expect(decidePhase("ended", "go-live")).toEqual({ refused: "webinar.ended" });
    expect(decidePhase("live", "go-live")).toEqual({ phase: "live", changed: false });
    expect(decidePhase("scheduled", "go-live")).toEqual({ phase: "live", changed: true });
    expect(decidePhase("draft", "go-live")).toEqual({ refused: "conflict" });
  });

  it("never moves backwards, and a command given twice is one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...WebinarPhase.options),
        fc.array(fc.constantFrom(...commands), { maxLength: 12 }),
        (start, given) => {
          let phase = start;
          for (const command of given) {
            const decision = decidePhase(phase, command);
            if ("refused" in decision) continue;
            expect(isForward(phase, decision.phase)).toBe(true);
            expect(decision.changed).toBe(decision.phase !== phase);
            expect(decidePhase(decision.phase, command)).toEqual({ phase: decision.phase, changed: false });
            phase = decision.phase;
          }
        },
      ),
    );
  });

  it("keeps an ended webinar ended", () => {
    for (const command of commands)
      expect(decidePhase("ended", command)).toEqual(
        command === "end" ? { phase: "ended", changed: false } : { refused: "webinar.ended" },
      );
  });
});
