import type { NodeHeartbeat } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { place } from "./placement.ts";

const edge = (nodeId: string, peers: number, draining = false): NodeHeartbeat => ({
  nodeId,
  kind: "edge",
  epoch: "11111111-1111-4111-8111-111111111111",
  region: "local",
  publicUrl: "http://edge",
  internalUrl: "http://edge",
  draining,
  capacity: 100,
  load: { peers, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
  webinars: {},
  at: 0,
});
const request = { webinarId: "w", prefer: "webrtc" as const, excluded: [], recent: {}, freeSeats: 10 };
const nodes = fc.array(fc.record({ peers: fc.nat(200), draining: fc.boolean(), excluded: fc.boolean() }), {
  maxLength: 8,
});

describe("placement", () => {
  it("takes the least loaded edge, counting admissions that heartbeats do not show yet", () => {
    expect(place([edge("b", 1), edge("a", 1)], request)?.edge.nodeId).toBe("a");
    expect(place([edge("a", 1), edge("b", 1)], { ...request, recent: { a: 1 } })?.edge.nodeId).toBe("b");
  });

  it("never sends anyone to an excluded or draining edge, and says why each was left out", () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const edges = list.map((node, i) => edge(`e${i}`, node.peers, node.draining));
        const excluded = list.flatMap((node, i) => (node.excluded ? [`e${i}`] : []));
        const placed = place(edges, { ...request, excluded });
        const unfit = list.filter((node) => node.draining || node.excluded).length;
        expect(placed !== undefined).toBe(unfit < list.length);
        if (!placed) return;
        expect(excluded).not.toContain(placed.edge.nodeId);
        expect(placed.edge.draining).toBe(false);
        expect(placed.delivery === "webrtc").toBe(placed.edge.load.peers < placed.edge.capacity);
        expect(placed.rejected).toHaveLength(unfit);
        for (const { reason } of placed.rejected) expect(reason).not.toBe("");
      }),
    );
  });

  it("answers alike in every process: the order of the heartbeats does not matter", () => {
    fc.assert(
      fc.property(nodes, fc.nat(), (list, turn) => {
        const edges = list.map((node, i) => edge(`e${i}`, node.peers, node.draining));
        const turned = edges.map((_, i) => edges[(i + turn) % edges.length] as NodeHeartbeat);
        expect(place(turned, request)?.edge.nodeId).toBe(place(edges, request)?.edge.nodeId);
      }),
    );
  });

  it("spreads a burst evenly before any heartbeat shows it", () => {
    const edges = [edge("a", 0), edge("b", 0), edge("c", 0)];
    const recent: Record<string, number> = {};
    for (let i = 0; i < 90; i++) {
      const nodeId = place(edges, { ...request, recent, freeSeats: 90 - i })?.edge.nodeId ?? "";
      recent[nodeId] = (recent[nodeId] ?? 0) + 1;
    }
    expect(recent).toEqual({ a: 30, b: 30, c: 30 });
  });

  it("sends people to the broadcast when seats or edges are full, or when they ask for it", () => {
    expect(place([edge("a", 0)], { ...request, freeSeats: 0 })?.delivery).toBe("hls");
    expect(place([edge("a", 100)], request)?.delivery).toBe("hls");
    expect(place([edge("a", 0)], { ...request, prefer: "hls" })?.delivery).toBe("hls");
  });
});
