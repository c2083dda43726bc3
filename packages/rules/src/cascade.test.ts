import { WebinarPhase } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideLink, type LinkSituation, linkHoldMs } from "./cascade.ts";

const idle: LinkSituation = { receivers: 0, phase: "live", linked: false, unwantedSince: null };

describe("links to the stage", () => {
  it("open for the first receiver and close some time after the last", () => {
    expect(decideLink(idle, 0).act).toBe("keep");
    expect(decideLink({ ...idle, receivers: 1 }, 0)).toMatchObject({ act: "open", unwantedSince: null });
    const left = decideLink({ ...idle, linked: true }, 1000);
    expect(left).toMatchObject({ act: "keep", unwantedSince: 1000 });
    const held = { ...idle, linked: true, unwantedSince: 1000 };
    expect(decideLink(held, 1000 + linkHoldMs - 1).act).toBe("keep");
    expect(decideLink(held, 1000 + linkHoldMs).act).toBe("close");
    expect(decideLink({ ...held, receivers: 2 }, 1000 + linkHoldMs)).toMatchObject({
      act: "keep",
      unwantedSince: null,
    });
  });

  it("are one at most, only while live, and settle whatever happened before", () => {
    const happening = fc.record({
      receivers: fc.nat(3),
      phase: fc.constantFrom(...WebinarPhase.options),
      afterMs: fc.integer({ min: 1, max: 4000 }),
      fails: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), fc.nat(1), (story, wanted) => {
        let linked = false;
        let unwantedSince: number | null = null;
        let now = 0;
        const run = (receivers: number, phase: LinkSituation["phase"], fails = false) => {
          const decision = decideLink({ receivers, phase, linked, unwantedSince }, now);
          expect(decision.act === "open" && linked).toBe(false);
          expect(decision.act === "close" && !linked).toBe(false);
          unwantedSince = decision.unwantedSince;
          if (decision.act === "open" && !fails) linked = true;
          if (decision.act === "close") linked = false;
          if (linked) expect(phase).toBe("live");
        };
        for (const { receivers, phase, afterMs, fails } of story) {
          now += afterMs;
          run(receivers, phase, fails);
        }
        for (let i = 0; i < 4; i++) {
          now += linkHoldMs;
          run(wanted, "live");
        }
        expect(linked).toBe(wanted > 0);
      }),
    );
  });
});
