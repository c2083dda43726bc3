import type { Delivery, NodeHeartbeat } from "@rostrum/protocol";

export type PlacementRequest = {
  webinarId: string;
  /** Tier the participant asks for; an attendee without a wish asks for webrtc. */
  prefer: Delivery;
  /** Edges the client found dead: never chosen. */
  excluded: readonly string[];
  /** Admissions given out so recently that heartbeats may not show them yet, by edge id. */
  recent: Readonly<Record<string, number>>;
  /** Interactive seats of the webinar still free. */
  freeSeats: number;
};

export type EdgePlacement = {
  edge: NodeHeartbeat;
  delivery: Delivery;
  reasons: string[];
  rejected: { nodeId: string; reason: string }[];
};

/**
 * Which edge serves a participant, and by which tier. The least loaded edge wins (share of its capacity, recent
 * admissions included; ties by id, so that every web process answers alike). Undefined when no edge is left.
 */
export function place(edges: readonly NodeHeartbeat[], request: PlacementRequest): EdgePlacement | undefined {
  const rejected: EdgePlacement["rejected"] = [];
  const candidates = edges.filter((edge) => {
    const reason = unfit(edge, request);
    if (reason) rejected.push({ nodeId: edge.nodeId, reason });
    return reason === undefined;
  });
  const load = (edge: NodeHeartbeat): number =>
    (edge.load.peers + (request.recent[edge.nodeId] ?? 0)) / Math.max(1, edge.capacity);
  const [edge] = candidates.sort((a, b) => load(a) - load(b) || a.nodeId.localeCompare(b.nodeId));
  if (!edge) return undefined;
  const tier = chooseTier(load(edge), request);
  return {
    edge,
    delivery: tier.delivery,
    reasons: [tier.reason, `edge ${edge.nodeId} at ${Math.round(load(edge) * 100)} %`],
    rejected,
  };
}

function unfit(edge: NodeHeartbeat, request: PlacementRequest): string | undefined {
  if (request.excluded.includes(edge.nodeId)) return "the client could not reach it";
  if (edge.draining) return "draining";
  return undefined;
}

function chooseTier(load: number, request: PlacementRequest): { delivery: Delivery; reason: string } {
  if (request.prefer === "hls") return { delivery: "hls", reason: "asked for the broadcast" };
  if (request.freeSeats <= 0) return { delivery: "hls", reason: "every interactive seat is taken" };
  if (load >= 1) return { delivery: "hls", reason: "every edge is at capacity" };
  return { delivery: "webrtc", reason: "interactive seat" };
}
