import type { Delivery, NodeHeartbeat } from "@rostrum/protocol";
import { rank } from "./rendezvous.ts";

export type PlacementRequest = {
  webinarId: string;
  /** Where the participant is, as far as known. */
  region: string;
  /** Tier the participant asks for; an attendee without a wish asks for webrtc. */
  prefer: Delivery;
  /** Edges the client found dead: never chosen. */
  excluded: readonly string[];
  /** The edge they are in the room with already, waiting for a seat: taking it there moves nobody. */
  servedBy?: string | undefined;
  /** Admissions given out so recently that heartbeats may not show them yet, by edge id. */
  recent: Readonly<Record<string, number>>;
  /** Whether the participant has an interactive seat. */
  seated: boolean;
};

export type EdgePlacement = {
  edge: NodeHeartbeat;
  delivery: Delivery;
  reasons: string[];
  rejected: { nodeId: string; reason: string }[];
};

export const placementRules = {
  /** A webinar uses this many edges however small it is: the death of one must not take everybody. */
  leastEdges: 2,
  /** And one more for each of these people: few pipes for a small audience, all edges for a large one. */
  peoplePerEdge: 100,
  /** An edge whose busiest media worker uses more than this share of its core takes nobody while another can. */
  workerCpu: 0.9,
  /** Nor one whose event loop is this late (p99), ms. */
  eventLoopDelayMs: 400,
} as const;

/**
 * Which edge serves a participant, and by which tier. Each webinar has its own order of the edges of a region and uses
 * as many of them as its audience needs; among those the least loaded wins (share of its capacity, recent admissions
 * included). Whoever is on a calm edge stays there. Whoever fits nowhere for WebRTC watches the broadcast, on the edge with the most room. An edge that is busy
 * with less than its capacity is used when all are. Every web process
 * answers alike. Undefined when no edge is left.
 */
export function place(edges: readonly NodeHeartbeat[], request: PlacementRequest): EdgePlacement | undefined {
  const rejected: EdgePlacement["rejected"] = [];
  const reachable = edges.filter((edge) => {
    const reason = unfit(edge, request);
    if (reason) rejected.push({ nodeId: edge.nodeId, reason });
    return reason === undefined;
  });
  const roomy = reachable.filter((edge) => load(edge, request) < 1);
  const calm = roomy.filter((edge) => {
    const reason = busyness(edge);
    if (reason) rejected.push({ nodeId: edge.nodeId, reason });
    return reason === undefined;
  });
  const tier = chooseTier(roomy.length > 0, request);
  const here = calm.filter(({ nodeId }) => nodeId === request.servedBy);
  const candidates =
    here.length > 0 ? here : calm.length > 0 ? spread(calm, request) : roomy.length > 0 ? roomy : reachable;
  const [edge] = candidates.toSorted(
    (a, b) => load(a, request) - load(b, request) || a.nodeId.localeCompare(b.nodeId),
  );
  if (!edge) return undefined;
  const share = `edge ${edge.nodeId} at ${Math.round(load(edge, request) * 100)} %`;
  return { edge, delivery: tier.delivery, reasons: [tier.reason, share], rejected };
}

const load = (edge: NodeHeartbeat, { recent }: PlacementRequest): number =>
  (edge.load.peers + (recent[edge.nodeId] ?? 0)) / Math.max(1, edge.capacity);

/** Whether some edge can take more people without having too much to do; without, no seat is offered to anybody. */
export const takesMore = (edges: readonly NodeHeartbeat[]): boolean =>
  edges.some((edge) => !edge.draining && edge.load.peers < edge.capacity && busyness(edge) === undefined);

function unfit(edge: NodeHeartbeat, { excluded }: PlacementRequest): string | undefined {
  if (excluded.includes(edge.nodeId)) return "the client could not reach it";
  if (edge.draining) return "draining";
  return undefined;
}

function busyness(edge: NodeHeartbeat): string | undefined {
  if (edge.load.workerCpu > placementRules.workerCpu) return "its media worker is busy";
  if (edge.load.eventLoopDelayMs > placementRules.eventLoopDelayMs) return "its event loop is late";
  return undefined;
}

/** The edges this webinar uses now: the nearest, as many as its audience needs, in the webinar's own order. */
function spread(edges: readonly NodeHeartbeat[], request: PlacementRequest): NodeHeartbeat[] {
  const { webinarId, region, recent } = request;
  const near = edges.filter((edge) => edge.region === region);
  const pool = near.length > 0 ? near : [...edges];
  const people = pool.reduce(
    (sum, edge) => sum + (edge.webinars[webinarId] ?? 0) + (recent[edge.nodeId] ?? 0),
    0,
  );
  const count = placementRules.leastEdges + Math.floor(people / placementRules.peoplePerEdge);
  const order = rank(
    webinarId,
    pool.map(({ nodeId }) => nodeId),
  ).slice(0, count);
  return pool.filter(({ nodeId }) => order.includes(nodeId));
}

function chooseTier(roomy: boolean, request: PlacementRequest): { delivery: Delivery; reason: string } {
  if (request.prefer === "hls") return { delivery: "hls", reason: "You chose the broadcast." };
  if (!request.seated) return { delivery: "hls", reason: "Every interactive seat is taken." };
  if (!roomy) return { delivery: "hls", reason: "Every server is full." };
  return { delivery: "webrtc", reason: "You have an interactive seat." };
}
