import { randomUUID } from "node:crypto";
import type { Redis, Registry } from "@rostrum/platform";
import type { NodeHeartbeat } from "@rostrum/protocol";
import { RecentValue } from "./recent-value.ts";

/** Edges are looked at this often however many people come, ms: heartbeats come every 500. */
const lookMs = 200;
/** How long an admission counts as load before heartbeats must show it, ms. */
const recentMs = 2000;

type Look = { edges: NodeHeartbeat[]; recent: Record<string, number> };

/** The edges as admission sees them: heartbeats, and who was sent where so lately that they do not show it yet. */
export class EdgeBoard {
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #look = new RecentValue(() => this.#read(), lookMs);
  /** Sent by this process since the last look. */
  #sent = new Map<string, number>();

  constructor(redis: Redis, registry: Registry) {
    this.#redis = redis;
    this.#registry = registry;
  }

  /** Nobody while Redis is away. */
  async look(): Promise<Look> {
    const { edges, recent } = await this.#look.get().catch((): Look => ({ edges: [], recent: {} }));
    const own = [...this.#sent].map(([nodeId, count]) => [nodeId, (recent[nodeId] ?? 0) + count]);
    return { edges, recent: { ...recent, ...Object.fromEntries(own) } };
  }

  /** Somebody was sent to an edge; other web processes see it too. */
  send(nodeId: string): void {
    this.#sent.set(nodeId, (this.#sent.get(nodeId) ?? 0) + 1);
    this.#redis.zadd(`placed:${nodeId}`, Date.now(), randomUUID()).catch(() => 0);
  }

  async #read(): Promise<Look> {
    this.#sent = new Map();
    const edges = await this.#registry.list("edge");
    const since = Date.now() - recentMs;
    const counts = edges.map(async ({ nodeId }) => {
      await this.#redis.zremrangebyscore(`placed:${nodeId}`, 0, since);
      // Some show in the heartbeat already: counting them twice for a moment only spreads people wider.
      return [nodeId, await this.#redis.zcard(`placed:${nodeId}`)] as const;
    });
    return { edges, recent: Object.fromEntries(await Promise.all(counts)) };
  }
}
