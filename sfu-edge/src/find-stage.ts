import { Lease, type Redis, type Registry } from "@rostrum/platform";
import type { NodeHeartbeat, WebinarId } from "@rostrum/protocol";
import { planCascade, rendezvous } from "@rostrum/rules";

/** A node that could not be linked to is tried last for this long, ms. */
const avoidMs = 2000;

export type StagePlace = { nodeId: string; url: string };

/**
 * Where an edge may take a webinar's stage from: the edge that the cascade puts above it (rules/cascade), if any, then
 * the origins: first the holder of its lease, then the origin that web would choose. Asked for a stage
 * that nobody has, or whose owner is gone, an origin takes it: so the edges, who notice at once, bring the standby in.
 */
export class StageFinder {
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #self: { nodeId: string; region: string };
  readonly #avoidUntil = new Map<string, number>();

  constructor(options: { redis: Redis; registry: Registry; self: { nodeId: string; region: string } }) {
    this.#redis = options.redis;
    this.#registry = options.registry;
    this.#self = options.self;
  }

  /** Places in the order to try them. */
  async candidates(webinarId: WebinarId): Promise<StagePlace[]> {
    const [holder, all, edges] = await Promise.all([
      Lease.peek(this.#redis, `lease:stage:${webinarId}`),
      this.#registry.list("origin"),
      this.#registry.list("edge"),
    ]);
    const originRegion = all.find(({ nodeId }) => nodeId === holder?.holder)?.region;
    const above = originRegion === undefined ? [] : this.#above(webinarId, originRegion, edges);
    const places = new Map(
      all.filter(({ draining }) => !draining).map(({ nodeId, internalUrl }) => [nodeId, internalUrl]),
    );
    const owner =
      holder && (holder.address || all.find(({ nodeId }) => nodeId === holder.holder)?.internalUrl);
    const found: StagePlace[] = [...above];
    if (holder && owner) found.push({ nodeId: holder.holder, url: owner });
    if (holder) places.delete(holder.holder);
    for (;;) {
      const nodeId = rendezvous(webinarId, [...places.keys()]);
      const url = nodeId && places.get(nodeId);
      if (!nodeId || !url) break;
      found.push({ nodeId, url });
      places.delete(nodeId);
    }
    // One that just failed comes last: its heartbeat outlives it by a moment.
    return found.sort((a, b) => Number(this.#avoided(a.nodeId)) - Number(this.#avoided(b.nodeId)));
  }

  /** The edge that hands the stage on to this one: it serves the webinar and is not going away. */
  #above(webinarId: WebinarId, originRegion: string, edges: readonly NodeHeartbeat[]): StagePlace[] {
    const serving = edges.filter(
      ({ nodeId, draining, webinars }) =>
        nodeId !== this.#self.nodeId && !draining && (webinars[webinarId] ?? 0) > 0 && !this.#avoided(nodeId),
    );
    const parent = planCascade(webinarId, originRegion, [this.#self, ...serving]).get(this.#self.nodeId);
    const edge = serving.find(({ nodeId }) => nodeId === parent);
    return edge ? [{ nodeId: edge.nodeId, url: edge.internalUrl }] : [];
  }

  avoid(nodeId: string): void {
    this.#avoidUntil.set(nodeId, Date.now() + avoidMs);
  }

  #avoided(nodeId: string): boolean {
    return (this.#avoidUntil.get(nodeId) ?? 0) > Date.now();
  }
}
