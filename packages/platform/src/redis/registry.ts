import { NodeHeartbeat, type NodeKind } from "@rostrum/protocol";
import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";

/** A node whose heartbeat is older than this is taken for dead. */
export const deadAfterMs = 2000;

const nodeKey = (kind: NodeKind, nodeId: string) => `node:${kind}:${nodeId}`;
const kindKey = (kind: NodeKind) => `nodes:${kind}`;

/** Who is there: every node announces itself, and its load, twice a second. */
export class Registry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Announce until the scope closes, then withdraw. A Redis that comes back empty has the node again within `everyMs`.
   * Answers a function that announces at once, for news that must not wait.
   */
  announce(scope: Scope, heartbeat: () => NodeHeartbeat, everyMs = 500): () => Promise<void> {
    const send = async () => {
      const beat = heartbeat();
      await this.#redis
        .multi()
        .set(nodeKey(beat.kind, beat.nodeId), JSON.stringify(beat), "PX", deadAfterMs)
        .sadd(kindKey(beat.kind), beat.nodeId)
        .exec();
    };
    scope.add("announcement", async () => {
      const beat = heartbeat();
      await this.#redis.del(nodeKey(beat.kind, beat.nodeId)).catch(() => 0);
    });
    // Redis away: the client says so once, and the next beat is soon.
    scope.every(everyMs, "heartbeat", () => send().catch(() => {}));
    const now = () => send().catch(() => {});
    scope.run("first heartbeat", now);
    return now;
  }

  /** Live nodes of a kind, by id. */
  async list(kind: NodeKind): Promise<NodeHeartbeat[]> {
    const ids = await this.#redis.smembers(kindKey(kind));
    if (ids.length === 0) return [];
    const values = await this.#redis.mget(ids.map((id) => nodeKey(kind, id)));
    const gone = ids.filter((_, i) => values[i] === null);
    if (gone.length > 0) await this.#redis.srem(kindKey(kind), ...gone);
    return values
      .map(parseBeat)
      .filter((beat): beat is NodeHeartbeat => beat !== undefined)
      .sort((a, b) => a.nodeId.localeCompare(b.nodeId));
  }

  async find(kind: NodeKind, nodeId: string): Promise<NodeHeartbeat | undefined> {
    return parseBeat(await this.#redis.get(nodeKey(kind, nodeId)));
  }
}

/** A heartbeat that does not parse, e.g. of a newer release, is a node that cannot be used. */
function parseBeat(value: string | null | undefined): NodeHeartbeat | undefined {
  if (!value) return undefined;
  try {
    return NodeHeartbeat.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
