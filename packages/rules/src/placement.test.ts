import type { NodeHeartbeat } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlacementRequest, place, placementRules, takesMore } from "./placement.ts";

type Some = Partial<{ peers: number; draining: boolean; region: string; cpu: number; capacity: number }>;
const edge = (nodeId: string, some: Some = {}): NodeHeartbeat => ({
  nodeId,
  kind: "edge",
  epoch: "11111111-1111-4111-8111-111111111111",
  region: some.region ?? "local",
  publicUrl: "http://edge",
  internalUrl: "http://edge",
  draining: some.draining ?? false,
  capacity: some.capacity ?? 100,
  load: { peers: some.peers ?? 0, consumers: 0, workerCpu: some.cpu ?? 0, eventLoopDelayMs: 0 },
  webinars: { w: some.peers ?? 0 },
  at: 0,
});
const request: PlacementRequest = {
  webinarId: "w",
  region: "local",
  prefer: "webrtc",
  excluded: [],
  recent: {},
  seated: true,
};
const node = fc.record({
  peers: fc.nat(150),
  draining: fc.boolean(),
  excluded: fc.boolean(),
  region: fc.constantFrom("local", "far"),
  cpu: fc.double({ min: 0, max: 1, noNaN: true }),
});
const nodes = fc.array(node, { maxLength: 8 });

/** Let `people` in one after another before any heartbeat; who went where and how. */
function admitAll(edges: NodeHeartbeat[], people: number, excluded: string[] = []) {
  const recent: Record<string, number> = {};
  const tiers = { webrtc: 0, hls: 0, nowhere: 0 };
  for (let i = 0; i < people; i++) {
    const placed = place(edges, { ...request, recent, excluded });
    if (!placed) tiers.nowhere++;
    else {
      tiers[placed.delivery]++;
      if (placed.delivery === "webrtc") recent[placed.edge.nodeId] = (recent[placed.edge.nodeId] ?? 0) + 1;
    }
  }
  return { recent, tiers };
}

describe("whether seats are offered", () => {
  it("is so while one edge has room and time, however busy the others are", () => {
    const busy = edge("busy", { cpu: 0.95 });
    const full = edge("full", { peers: 100 });
    const going = edge("going", { draining: true });
    expect(takesMore([])).toBe(false);
    expect(takesMore([busy, full, going])).toBe(false);
    expect(takesMore([busy, edge("calm", { cpu: 0.5, peers: 99 }), going])).toBe(true);
  });
});

describe("placement", () => {
  it("never exceeds an edge's capacity and never loses an attendee", () => {
    fc.assert(
      fc.property(nodes, fc.nat(600), (list, people) => {
        const edges = list.map((some, i) => edge(`e${i}`, some));
        const excluded = list.flatMap((some, i) => (some.excluded ? [`e${i}`] : []));
        const { recent, tiers } = admitAll(edges, people, excluded);
        for (const { nodeId, load, capacity } of edges)
          expect(recent[nodeId] ?? 0).toBeLessThanOrEqual(Math.max(0, capacity - load.peers));
        const reachable = list.some((some) => !some.draining && !some.excluded);
        expect(tiers.nowhere).toBe(reachable ? 0 : people);
        // Nobody watches the broadcast while an edge that is fit has room.
        const room = edges
          .filter(({ nodeId, draining }) => !draining && !excluded.includes(nodeId))
          .reduce((sum, { capacity, load }) => sum + Math.max(0, capacity - load.peers), 0);
        expect(tiers.webrtc).toBe(Math.min(people, room));
      }),
      { numRuns: 60 },
    );
  });

  it("never sends anyone to an excluded or draining edge, nor to a busy one while another has room, and says why each was left out", () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const edges = list.map((some, i) => edge(`e${i}`, some));
        const excluded = list.flatMap((some, i) => (some.excluded ? [`e${i}`] : []));
        const placed = place(edges, { ...request, excluded });
        if (!placed) {
          expect(list.every((some) => some.draining || some.excluded)).toBe(true);
          return;
        }
        expect(excluded).not.toContain(placed.edge.nodeId);
        expect(placed.edge.draining).toBe(false);
        const calm = edges.filter(
          ({ nodeId, draining, load, capacity }) =>
            !draining &&
            !excluded.includes(nodeId) &&
            load.peers < capacity &&
            load.workerCpu <= placementRules.workerCpu,
        );
        if (calm.length > 0) expect(calm).toContain(placed.edge);
        for (const { reason } of placed.rejected) expect(reason).not.toBe("");
      }),
    );
  });

  it("leaves whoever waited on a calm edge where they are, if it has room", () => {
    fc.assert(
      fc.property(nodes, fc.nat(7), (list, chosen) => {
        const edges = list.map((some, i) => edge(`e${i}`, some));
        const servedBy = `e${chosen}`;
        const here = edges.find(({ nodeId }) => nodeId === servedBy);
        const placed = place(edges, { ...request, servedBy });
        const stays =
          here &&
          !here.draining &&
          here.load.peers < here.capacity &&
          here.load.workerCpu <= placementRules.workerCpu;
        if (stays) expect(placed?.edge.nodeId).toBe(servedBy);
        else expect(placed).toEqual(place(edges, request));
      }),
    );
  });

  it("answers alike in every process: the order of the heartbeats does not matter", () => {
    fc.assert(
      fc.property(nodes, fc.nat(), (list, turn) => {
        const edges = list.map((some, i) => edge(`e${i}`, some));
        const turned = edges.map((_, i) => edges[(i + turn) % edges.length] as NodeHeartbeat);
        expect(place(turned, request)?.edge.nodeId).toBe(place(edges, request)?.edge.nodeId);
      }),
    );
  });

  it("uses two edges for a small audience, and all of them, evenly, for a large one", () => {
    const edges = ["a", "b", "c", "d"].map((id) => edge(id, { capacity: 600 }));
    expect(Object.keys(admitAll(edges, 60).recent)).toHaveLength(2);
    const { recent } = admitAll(edges, 1200);
    expect(Object.values(recent)).toHaveLength(4);
    expect(Math.max(...Object.values(recent)) - Math.min(...Object.values(recent))).toBeLessThanOrEqual(1);
  });

  it("stays in the participant's region while it has room there", () => {
    const edges = [edge("near", { peers: 90 }), edge("far", { region: "far" })];
    expect(place(edges, request)?.edge.nodeId).toBe("near");
    expect(place(edges, { ...request, region: "far" })?.edge.nodeId).toBe("far");
    expect(place([edge("near", { peers: 100 }), edge("far", { region: "far" })], request)?.edge.nodeId).toBe(
      "far",
    );
  });

  it("sends people to the broadcast when seats or edges are full, or when they ask for it", () => {
    expect(place([edge("a")], { ...request, seated: false })?.delivery).toBe("hls");
    expect(place([edge("a", { peers: 100 })], request)?.delivery).toBe("hls");
    expect(place([edge("a")], { ...request, prefer: "hls" })?.delivery).toBe("hls");
  });
});
