import { closeLostStays, listOpenLives } from "@rostrum/db";
import type { Services } from "../server/services.ts";

/** A life that has not been seen for this long is over, ms: heartbeats come twice a second. */
const lostAfterMs = 10_000;
/** Between two looks at the registry, at most; a longer time nobody could look, and it says nothing about the edges. */
const lookMs = 4000;

/**
 * Ends the stays on edges that are gone: one that was killed cannot say so itself. Each life of a node (`{nodeId}/
 * {epoch}`) is timed from when it was last seen, and a stay ends then, not when we noticed.
 */
export class LostStays {
  readonly #services: Services;
  readonly #seenAt = new Map<string, number>();
  #lookedAt: number | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Call every second or two. Answers how many stays were ended. */
  async sweep(now = Date.now()): Promise<number> {
    const { db, registry } = this.#services;
    const edges = await registry.list("edge");
    // An empty registry says nothing about the edges: nobody has announced themselves yet.
    if (edges.length === 0) return 0;
    // Redis was away, or this process was: nodes that have not announced themselves again yet are not gone for that.
    const blind = now - (this.#lookedAt ?? now);
    this.#lookedAt = now;
    if (blind > lookMs) for (const [life, seen] of this.#seenAt) this.#seenAt.set(life, seen + blind);
    for (const { nodeId, epoch } of edges) this.#seenAt.set(`${nodeId}/${epoch}`, now);
    const open = await listOpenLives(db);
    for (const life of this.#seenAt.keys())
      if (!open.includes(life) && this.#quiet(life, now)) this.#seenAt.delete(life);
    let ended = 0;
    for (const life of open) {
      // Never seen: this process is younger than the life's end.
      if (!this.#seenAt.has(life)) this.#seenAt.set(life, now);
      if (this.#quiet(life, now))
        ended += await closeLostStays(db, life, new Date(this.#seenAt.get(life) ?? now));
    }
    return ended;
  }

  #quiet(life: string, now: number): boolean {
    return now - (this.#seenAt.get(life) ?? now) >= lostAfterMs;
  }
}
