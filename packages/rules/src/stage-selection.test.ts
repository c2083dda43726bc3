import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StageCandidate, type StageFocus, selectStage, stageRules } from "./stage-selection.ts";

const panel = fc.uniqueArray(fc.nat(60), { maxLength: 40 }).map((ids) =>
  ids.flatMap((id): StageCandidate[] => {
    const own = { participantId: `p${id}`, openedAt: id * 10 };
    return [
      { ...own, producerId: `c${id}`, kind: "video", source: "camera" },
      { ...own, producerId: `m${id}`, kind: "audio", source: "microphone" },
      ...(id % 7 === 0
        ? [
            { ...own, producerId: `s${id}`, kind: "video" as const, source: "screen" as const },
            { ...own, producerId: `t${id}`, kind: "audio" as const, source: "screen-audio" as const },
          ]
        : []),
    ];
  }),
);
const ids = fc.uniqueArray(
  fc.nat(60).map((id) => `p${id}`),
  { maxLength: 8 },
);
const count = (chosen: Set<string>, letter: string): number =>
  [...chosen].filter((id) => id.startsWith(letter)).length;
const nobody: StageFocus = { pinned: [], speakers: [], onStage: new Set() };

describe("the stage", () => {
  it("is bounded, and whole when the panel is small", () => {
    fc.assert(
      fc.property(panel, ids, ids, (candidates, pinned, speakers) => {
        const chosen = selectStage(candidates, { pinned, speakers, onStage: new Set() });
        const people = candidates.length === 0 ? 0 : new Set(candidates.map((one) => one.participantId)).size;
        expect(count(chosen, "c")).toBe(Math.min(people, stageRules.cameras));
        expect(count(chosen, "m")).toBe(Math.min(people, stageRules.microphones));
        expect(count(chosen, "s")).toBeLessThanOrEqual(stageRules.screens);
        expect(count(chosen, "t")).toBe(count(chosen, "s"));
        for (const id of chosen) expect(candidates.some(({ producerId }) => producerId === id)).toBe(true);
      }),
    );
  });

  it("always has who is pinned and who speaks, with sound wherever there is a picture", () => {
    fc.assert(
      fc.property(panel, ids, ids, (candidates, pinned, speakers) => {
        const chosen = selectStage(candidates, { pinned, speakers, onStage: new Set() });
        const here = (id: string) => candidates.some((one) => one.participantId === id);
        for (const id of [...new Set([...pinned, ...speakers])].filter(here).slice(0, stageRules.cameras))
          expect(chosen.has(id.replace("p", "c"))).toBe(true);
        for (const id of chosen) if (id.startsWith("c")) expect(chosen.has(id.replace("c", "m"))).toBe(true);
      }),
    );
  });

  it("does not change by itself, nor for somebody who comes and says nothing", () => {
    fc.assert(
      fc.property(panel, ids, (candidates, speakers) => {
        const first = selectStage(candidates, { ...nobody, speakers });
        const again = selectStage(candidates, { pinned: [], speakers: [], onStage: first });
        expect([...again].sort()).toEqual([...first].sort());
        if (count(first, "c") < stageRules.cameras) return;
        const silent: StageCandidate = {
          producerId: "c99",
          participantId: "p99",
          kind: "video",
          source: "camera",
          openedAt: 0,
        };
        const onStage = new Set(first);
        expect(selectStage([silent, ...candidates], { ...nobody, onStage }).has("c99")).toBe(false);
        expect(
          selectStage([silent, ...candidates], { ...nobody, speakers: ["p99"], onStage }).has("c99"),
        ).toBe(true);
      }),
    );
  });
});
