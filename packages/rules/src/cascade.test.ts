import { WebinarPhase } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cascadeRules, decideLink, type LinkSituation, linkHoldMs, planCascade } from "./cascade.ts";

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

const regions = ["near", "far", "farther"];
const edges = fc
  .uniqueArray(
    fc.record({ nodeId: fc.stringMatching(/^edge-[a-z0-9]{1,6}$/), region: fc.constantFrom(...regions) }),
    {
      maxLength: 120,
      selector: ({ nodeId }) => nodeId,
    },
  )
  .filter((list) => list.length > 0);

/** Hops to the origin; throws on a circle. */
function depth(parents: Map<string, string | null>, nodeId: string): number {
  let hops = 1;
  for (let at = parents.get(nodeId); at !== null; at = parents.get(at as string)) {
    if (at === undefined || hops > parents.size) throw new Error("not a tree");
    hops++;
  }
  return hops;
}

describe("the cascade", () => {
  it("is a tree over every edge with a bounded fan-out, and shallow", () => {
    fc.assert(
      fc.property(fc.uuid(), edges, (webinarId, list) => {
        const parents = planCascade(webinarId, "near", list);
        expect([...parents.keys()].sort()).toEqual(list.map(({ nodeId }) => nodeId).sort());
        const children = new Map<string | null, number>();
        for (const parent of parents.values()) children.set(parent, (children.get(parent) ?? 0) + 1);
        for (const [, count] of children) expect(count).toBeLessThanOrEqual(cascadeRules.fanOut);
        for (const { nodeId } of list) expect(depth(parents, nodeId)).toBeLessThanOrEqual(4);
      }),
    );
  });

  it("crosses to a distant region once, and leaves a few near edges at the origin", () => {
    fc.assert(
      fc.property(fc.uuid(), edges, (webinarId, list) => {
        const parents = planCascade(webinarId, "near", list);
        const regionOf = new Map(list.map(({ nodeId, region }) => [nodeId, region]));
        for (const region of ["far", "farther"]) {
          const here = list.filter((edge) => edge.region === region);
          const across = here.filter(({ nodeId }) => {
            const parent = parents.get(nodeId);
            return parent === null || regionOf.get(parent as string) !== region;
          });
          expect(across).toHaveLength(Math.min(1, here.length));
        }
      }),
    );
    const few = ["a", "b", "c", "d"].map((nodeId) => ({ nodeId, region: "near" }));
    expect([...planCascade("w", "near", few).values()]).toEqual([null, null, null, null]);
  });

  it("makes no circle of edges that see different registries", () => {
    fc.assert(
      fc.property(fc.uuid(), edges, fc.infiniteStream(fc.boolean()), (webinarId, list, seen) => {
        const views = new Map<string, string | null>();
        for (const { nodeId } of list) {
          const view = list.filter((edge) => edge.nodeId === nodeId || (seen.next().value as boolean));
          views.set(nodeId, planCascade(webinarId, "near", view).get(nodeId) ?? null);
        }
        for (const { nodeId } of list) depth(views, nodeId);
      }),
    );
  });
});
