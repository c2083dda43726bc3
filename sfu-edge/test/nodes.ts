import { randomUUID } from "node:crypto";
import {
  connectRedis,
  createHttpServer,
  createLog,
  createMetrics,
  createTokens,
  Lease,
  Registry,
  Scope,
} from "@rostrum/platform";
import { type NodeHeartbeat, ParticipantId, type StageProducer, WebinarId } from "@rostrum/protocol";
import { Board, mediaCodecs, type PipeSource, servePipes, WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { StageFinder } from "../src/find-stage.ts";
import type { LinkContext } from "../src/stage-link.ts";

export type Node = { nodeId: string; url: string; router: types.Router; board: Board; scope: Scope };

const log = createLog({ service: "test", level: "silent" });
const tokens = createTokens("0123456789abcdef0123456789abcdef");

/** Nodes of a cascade on real workers, sockets and Redis, with a webinar of their own. */
export async function openNodes(basePort: number) {
  const scope = new Scope("cascade", log);
  const webinarId = WebinarId.parse(randomUUID());
  const redis = connectRedis(process.env.REDIS_URL ?? "", { log, scope, name: "cascade" });
  const registry = new Registry(redis);
  const listen = { ip: "127.0.0.1", portMin: basePort + 20, portMax: basePort + 99 };
  const pool = await WorkerPool.create({
    count: 3,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort },
    scope,
    log,
    onDied: () => {},
  });
  let port = basePort + 10;

  /** One with a real HTTP server; what it hands on is `source`. */
  async function node(
    name: string,
    about: { kind: "origin" | "edge"; region: string; source: () => PipeSource },
  ): Promise<Node> {
    const own = scope.child(name);
    const nodeId = `${name}-${webinarId.slice(0, 8)}`;
    const metrics = createMetrics({ service: about.kind, nodeId });
    const http = createHttpServer({ log, metrics, service: about.kind, nodeId, faults: () => [] });
    const url = `http://127.0.0.1:${await http.listen("127.0.0.1", port++, own)}`;
    const epoch = randomUUID();
    servePipes({ http, scope: own, log, tokens, nodeId, epoch, listen, open: async () => about.source() });
    const beat: Omit<NodeHeartbeat, "at"> = {
      nodeId,
      kind: about.kind,
      epoch,
      region: about.region,
      publicUrl: url,
      internalUrl: url,
      draining: false,
      capacity: 10,
      load: { peers: 1, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
      webinars: { [webinarId]: 1 },
    };
    await registry.announce(own, () => ({ ...beat, at: Date.now() }))();
    const { router } = await pool.createRouter(mediaCodecs);
    own.add("router", () => router.close());
    return { nodeId, url, router, board: new Board(), scope: own };
  }

  const finder = (nodeId: string, region: string): StageFinder =>
    new StageFinder({ redis, registry, self: { nodeId, region } });

  /** What a link of this node needs. */
  const context = (nodeId: string, region: string): LinkContext => ({
    stages: finder(nodeId, region),
    tokens,
    nodeId,
    epoch: randomUUID(),
    listen,
    log,
  });

  const takeLease = (holder: Node): Promise<Lease | undefined> =>
    Lease.take({
      redis,
      key: `lease:stage:${webinarId}`,
      holder: holder.nodeId,
      address: holder.url,
      ttlMs: 5000,
      scope,
    });

  return { log, scope, webinarId, pool, node, finder, context, takeLease };
}

/** Somebody's microphone, as a board has it. */
export const microphone = (producerId: string, participantId: string = randomUUID()): StageProducer => ({
  producerId: producerId as StageProducer["producerId"],
  participantId: ParticipantId.parse(participantId),
  name: "Ada",
  kind: "audio",
  source: "microphone",
  paused: false,
});

/** Counts until the returned functions are called. */
export function counter(): { add: () => () => void; count: () => number } {
  let count = 0;
  return {
    add: () => {
      count++;
      return () => {
        count--;
      };
    },
    count: () => count,
  };
}
