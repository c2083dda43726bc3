import { Lease, type Redis, type Registry } from "@rostrum/platform";
import type { WebinarId } from "@rostrum/protocol";
import { rendezvous } from "@rostrum/rules";

/** An origin that could not be linked to is tried last for this long, ms. */
const avoidMs = 2000;

export type OriginPlace = { nodeId: string; url: string };

/**
 * Where a webinar's stage may be: first the holder of its lease, then the origin that web would choose. Asked for a stage
 * that nobody has, or whose owner is gone, an origin takes it: so the edges, who notice at once, bring the standby in.
 */
export class OriginFinder {
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #avoidUntil = new Map<string, number>();

  constructor(options: { redis: Redis; registry: Registry }) {
    this.#redis = options.redis;
    this.#registry = options.registry;
  }

  /** Places in the order to try them. */
  async candidates(webinarId: WebinarId): Promise<OriginPlace[]> {
    const [holder, all] = await Promise.all([
      Lease.peek(this.#redis, `lease:stage:${webinarId}`),
      this.#registry.list("origin"),
    ]);
    const places = new Map(
      all.filter(({ draining }) => !draining).map(({ nodeId, internalUrl }) => [nodeId, internalUrl]),
    );
    const owner =
      holder && (holder.address || all.find(({ nodeId }) => nodeId === holder.holder)?.internalUrl);
    const found: OriginPlace[] = [];
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

  avoid(nodeId: string): void {
    this.#avoidUntil.set(nodeId, Date.now() + avoidMs);
  }

  #avoided(nodeId: string): boolean {
    return (this.#avoidUntil.get(nodeId) ?? 0) > Date.now();
  }
}
