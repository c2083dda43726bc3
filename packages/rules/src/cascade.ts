import type { WebinarPhase } from "@rostrum/protocol";
import { rank } from "./rendezvous.ts";

/** A link stays this long after the last receiver left, ms: people reload. */
export const linkHoldMs = 5000;

/** One webinar on one edge, as far as its link to the stage goes. */
export type LinkSituation = {
  /** Attendees here who receive media. */
  receivers: number;
  phase: WebinarPhase;
  linked: boolean;
  /** Since when nobody has wanted the link, epoch ms; null while somebody does. */
  unwantedSince: number | null;
};

export type LinkDecision = {
  act: "open" | "close" | "keep";
  unwantedSince: number | null;
  reason: string;
};

/**
 * Whether an edge should have the stage of a webinar. Computed from what is, never remembered: an edge that restarts
 * comes to the same links. Only a live stage is carried; one that has gone off air is let go at once.
 */
export function decideLink(situation: LinkSituation, now: number): LinkDecision {
  const { receivers, phase, linked } = situation;
  if (phase !== "live") return without(linked, "not live", now);
  if (receivers > 0)
    return { act: linked ? "keep" : "open", unwantedSince: null, reason: `${receivers} receive` };
  const unwantedSince = linked ? (situation.unwantedSince ?? now) : null;
  const over = unwantedSince === null || now - unwantedSince >= linkHoldMs;
  return over
    ? without(linked, "nobody receives", now)
    : { act: "keep", unwantedSince, reason: "nobody receives, held" };
}

const without = (linked: boolean, reason: string, now: number): LinkDecision => ({
  act: linked ? "close" : "keep",
  unwantedSince: linked ? now : null,
  reason,
});

export const cascadeRules = {
  /** Nodes that one node hands the stage to, at most: the cost of each is bounded however many edges there are. */
  fanOut: 8,
  /** So many edges of a region that is not the origin's share one way over the distance. */
  sharedRegion: 2,
} as const;

export type CascadeEdge = { nodeId: string; region: string };

/**
 * Where each edge of a webinar takes the stage from: another edge's id, or null for the origin. Edges near the origin
 * take it directly while they are few; a distant region takes it once and hands it on; more than `fanOut` make the tree
 * deeper. An edge takes it from edges before it in the webinar's own order only, so that edges which see different
 * registries for a moment make no circle.
 */
export function planCascade(
  webinarId: string,
  originRegion: string,
  edges: readonly CascadeEdge[],
): Map<string, string | null> {
  const parents = new Map<string, string | null>();
  const roots: string[] = [];
  for (const region of new Set(edges.map((edge) => edge.region))) {
    const here = edges.filter((edge) => edge.region === region).map(({ nodeId }) => nodeId);
    const order = rank(webinarId, here);
    const shared = region !== originRegion && order.length >= cascadeRules.sharedRegion;
    // Below a shared root the region is a tree of its own; otherwise all are roots.
    if (!shared) roots.push(...order);
    else {
      roots.push(order[0] as string);
      order.forEach((nodeId, i) => {
        if (i > 0) parents.set(nodeId, order[parentIndex(i)] as string);
      });
    }
  }
  // Roots of shared regions hand on to their region already: they are leaves among the roots.
  const handsOn = new Set(parents.values());
  const order = rank(webinarId, roots);
  const inner = order.filter((nodeId) => !handsOn.has(nodeId));
  order.forEach((nodeId) => {
    parents.set(nodeId, null);
  });
  const room = Math.max(1, cascadeRules.fanOut - handsOn.size);
  inner.slice(room).forEach((nodeId, i) => {
    parents.set(nodeId, inner[Math.floor(i / cascadeRules.fanOut)] as string);
  });
  return parents;
}

const parentIndex = (i: number): number => Math.floor((i - 1) / cascadeRules.fanOut);
