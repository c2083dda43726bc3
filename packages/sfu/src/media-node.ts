import { randomUUID } from "node:crypto";
import {
  connectRedis,
  createTokens,
  type Redis,
  Registry,
  type ServiceContext,
  type Tokens,
} from "@rostrum/platform";
import type { NodeHeartbeat } from "@rostrum/protocol";
import type { types } from "mediasoup";
import type { PipeListen } from "./endpoint.ts";
import { LoadMeter } from "./load-meter.ts";
import type { MediaConfig } from "./media-config.ts";
import { createRoomEvents, type RoomEvents, RoomFeed } from "./room-feed.ts";
import { WorkerPool } from "./worker-pool.ts";

/** What every media node is built from. */
export type MediaNode = {
  nodeId: string;
  /** This life of the node. */
  epoch: string;
  redis: Redis;
  registry: Registry;
  tokens: Tokens;
  events: RoomEvents;
  feed: RoomFeed;
  pool: WorkerPool;
  load: LoadMeter;
  /** Where pipes and feeds of this node listen. */
  listen: PipeListen;
};

/** Boot the parts that an origin and an edge share; they belong to the context's scope. */
export async function openMediaNode(
  config: MediaConfig,
  { scope, log, nodeId }: ServiceContext,
  role: { kind: "origin" | "edge"; onWorkerDied: (worker: types.Worker) => void },
): Promise<MediaNode> {
  const redis = connectRedis(config.REDIS_URL, { log, scope, name: nodeId });
  const subscriber = connectRedis(config.REDIS_URL, { log, scope, name: `${nodeId}-subscriber` });
  const tokens = createTokens(config.ROSTRUM_SECRET);
  const events = createRoomEvents({ redis, subscriber, log });
  const pool = await WorkerPool.create({
    count: config.RTC_WORKERS,
    listen: {
      ip: config.RTC_LISTEN_IP,
      announcedAddress: config.RTC_ANNOUNCED_ADDRESS,
      basePort: config.RTC_BASE_PORT,
    },
    scope,
    log,
    onDied: role.onWorkerDied,
  });
  return {
    nodeId,
    epoch: randomUUID(),
    redis,
    registry: new Registry(redis),
    tokens,
    events,
    feed: new RoomFeed({ events, tokens, nodeId, kind: role.kind, webUrl: config.WEB_INTERNAL_URL }),
    pool,
    load: new LoadMeter(pool, scope),
    listen: { ip: config.PIPE_LISTEN_IP, portMin: config.PIPE_PORT_MIN, portMax: config.PIPE_PORT_MAX },
  };
}

type Served = { peers: number; consumers: number; webinars: Record<string, number> };

/** The heartbeat of a media node, as of now. A node without a media worker is given nobody. */
export function heartbeatOf(
  node: MediaNode,
  config: MediaConfig,
  about: { kind: "origin" | "edge"; draining: boolean; capacity: number; served: Served },
): NodeHeartbeat {
  const { kind, draining, capacity, served } = about;
  const { workerCpu, eventLoopDelayMs } = node.load;
  return {
    nodeId: node.nodeId,
    kind,
    epoch: node.epoch,
    region: config.REGION,
    publicUrl: config.PUBLIC_URL,
    internalUrl: config.INTERNAL_URL,
    draining: draining || !node.pool.alive,
    capacity,
    load: { peers: served.peers, consumers: served.consumers, workerCpu, eventLoopDelayMs },
    webinars: served.webinars,
    at: Date.now(),
  };
}
