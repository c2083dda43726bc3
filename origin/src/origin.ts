import { randomUUID } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import {
  connectRedis,
  createTokens,
  Registry,
  type ServiceContext,
  type ServiceParts,
} from "@rostrum/platform";
import type { NodeHeartbeat } from "@rostrum/protocol";
import { createRoomEvents, RoomFeed, WorkerPool } from "@rostrum/sfu";
import type { OriginConfig } from "./config.ts";
import { servePanelists } from "./panelist-sockets.ts";
import { servePipes } from "./pipe-server.ts";
import { serveOwnership } from "./previous-owner.ts";
import { serveProgrammes } from "./programme-feed.ts";
import { Stages } from "./stages.ts";

/** Panelists one origin is willing to serve. */
const capacity = 200;

/** Build an origin from its configuration. Everything it makes belongs to the context's scope. */
export async function startOrigin(config: OriginConfig, context: ServiceContext): Promise<ServiceParts> {
  const { scope, log, http, metrics, nodeId } = context;
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
    onDied: (worker) => stages.workerDied(worker),
  });
  const feed = new RoomFeed({ events, tokens, nodeId, kind: "origin", webUrl: config.WEB_INTERNAL_URL });
  const stages = new Stages({
    nodeId,
    address: config.INTERNAL_URL,
    redis,
    tokens,
    events,
    feed,
    pool,
    scope,
    log,
  });
  const epoch = randomUUID();
  let draining = false;
  const listen = { ip: config.PIPE_LISTEN_IP, portMin: config.PIPE_PORT_MIN, portMax: config.PIPE_PORT_MAX };

  serveOwnership({ http, tokens, fencingOf: (webinarId) => stages.fencingOf(webinarId) });
  servePanelists({ http, scope, log, tokens, stages, nodeId, allowedOrigin: config.WEB_PUBLIC_URL });
  const pipes = servePipes({ http, scope, log, tokens, stages, nodeId, epoch, listen });
  const programmes = serveProgrammes({ http, scope, log, tokens, stages, nodeId, epoch, listen });

  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  scope.add("event loop delay", () => {
    delay.disable();
  });
  let workerCpu = 0;
  scope.every(1000, "load", async () => {
    workerCpu = await pool.busiestShare();
  });
  const panelists = () => stages.list().reduce((sum, stage) => sum + stage.panelistCount, 0);
  const heartbeat = (): NodeHeartbeat => ({
    nodeId,
    kind: "origin",
    epoch,
    region: config.REGION,
    publicUrl: config.PUBLIC_URL,
    internalUrl: config.INTERNAL_URL,
    draining: draining || !pool.alive,
    capacity,
    load: { peers: panelists(), consumers: 0, workerCpu, eventLoopDelayMs: delay.percentile(99) / 1e6 },
    webinars: Object.fromEntries(stages.list().map((stage) => [stage.webinarId, stage.panelistCount])),
    at: Date.now(),
  });
  const announce = new Registry(redis).announce(scope, heartbeat);

  metrics.gauge("stages", "Stages this origin owns", () => stages.list().length);
  metrics.gauge("panelists", "Panelist sockets", panelists);
  metrics.gauge("pipes", "Pipes to edges", () => pipes.count());
  metrics.gauge("programme_feeds", "Feeds to egress", () => programmes.count());
  metrics.gauge("producers", "Producers on stages", () =>
    stages.list().reduce((sum, stage) => sum + stage.board.list().length, 0),
  );
  return {
    // Panelists and edges are told, not cut off: they come to the next origin at once.
    drain: async () => {
      draining = true;
      await announce();
      await stages.close("draining");
    },
    faults: () => [
      ...(redis.status === "ready" ? [] : ["redis is not reachable"]),
      ...(pool.alive ? [] : ["no media worker is alive"]),
    ],
  };
}
