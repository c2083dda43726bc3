import { randomUUID } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import {
  afterSleep,
  connectRedis,
  createTokens,
  Registry,
  SeatLedger,
  type ServiceContext,
  type ServiceParts,
} from "@rostrum/platform";
import type { NodeHeartbeat } from "@rostrum/protocol";
import { createRoomEvents, RoomFeed, WorkerPool } from "@rostrum/sfu";
import { serveAttendees } from "./attendee-sockets.ts";
import { Audiences } from "./audiences.ts";
import type { EdgeConfig } from "./config.ts";
import { drainEdge } from "./drain.ts";
import { Facts } from "./facts.ts";
import { OriginFinder } from "./find-origin.ts";

/** An edge that did nothing for this long has been taken for dead by everybody else. */
const frozenMs = 5000;

/** Build an edge from its configuration. Everything it makes belongs to the context's scope. */
export async function startEdge(config: EdgeConfig, context: ServiceContext): Promise<ServiceParts> {
  const { scope, log, http, metrics, nodeId } = context;
  const redis = connectRedis(config.REDIS_URL, { log, scope, name: nodeId });
  const subscriber = connectRedis(config.REDIS_URL, { log, scope, name: `${nodeId}-subscriber` });
  const tokens = createTokens(config.ROSTRUM_SECRET);
  const events = createRoomEvents({ redis, subscriber, log });
  const registry = new Registry(redis);
  const epoch = randomUUID();
  const facts = new Facts({ webUrl: config.WEB_INTERNAL_URL, tokens, nodeId, scope, log });
  const pool = await WorkerPool.create({
    count: config.RTC_WORKERS,
    listen: {
      ip: config.RTC_LISTEN_IP,
      announcedAddress: config.RTC_ANNOUNCED_ADDRESS,
      basePort: config.RTC_BASE_PORT,
    },
    scope,
    log,
    onDied: (worker) => audiences.workerDied(worker),
  });
  const feed = new RoomFeed({ events, tokens, nodeId, kind: "edge", webUrl: config.WEB_INTERNAL_URL });
  const listen = { ip: config.PIPE_LISTEN_IP, portMin: config.PIPE_PORT_MIN, portMax: config.PIPE_PORT_MAX };
  const link = { origins: new OriginFinder({ redis, registry }), tokens, nodeId, epoch, listen, log };
  const audiences = new Audiences({
    pool,
    feed,
    events,
    redis,
    ledger: new SeatLedger(redis),
    link,
    scope,
    log,
  });

  let draining = false;
  serveAttendees({
    http,
    scope,
    log,
    tokens,
    audiences,
    facts,
    nodeId,
    epoch,
    allowedOrigin: config.WEB_PUBLIC_URL,
    isDraining: () => draining,
  });

  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  scope.add("event loop delay", () => {
    delay.disable();
  });
  let workerCpu = 0;
  scope.every(1000, "load", async () => {
    workerCpu = await pool.busiestShare();
  });

  const attendees = () => audiences.list().flatMap((audience) => [...audience.fanOut.attendees]);
  const consumers = () => attendees().reduce((sum, attendee) => sum + attendee.consumerCount, 0);
  const heartbeat = (): NodeHeartbeat => ({
    nodeId,
    kind: "edge",
    epoch,
    region: config.REGION,
    publicUrl: config.PUBLIC_URL,
    internalUrl: config.INTERNAL_URL,
    draining: draining || !pool.alive,
    capacity: config.CAPACITY,
    load: {
      peers: attendees().length,
      consumers: consumers(),
      workerCpu,
      eventLoopDelayMs: delay.percentile(99) / 1e6,
    },
    webinars: Object.fromEntries(
      audiences.list().map((audience) => [audience.webinarId, audience.fanOut.attendees.size]),
    ),
    at: Date.now(),
  });
  const announce = registry.announce(scope, heartbeat);
  // Who was here has been placed elsewhere and their stay has been ended: whoever is left comes in anew.
  afterSleep(scope, frozenMs, (sleptMs) => {
    log.warn({ sleptMs }, "this edge stood still: everybody is sent to come in again");
    for (const attendee of attendees()) attendee.socket.close("restarting");
  });

  metrics.gauge("attendees", "Sockets of participants", () => attendees().length);
  metrics.gauge("transports", "WebRTC transports", () =>
    attendees().reduce((sum, attendee) => sum + attendee.transportCount, 0),
  );
  metrics.gauge("consumers", "Consumers", consumers);
  metrics.gauge(
    "pipes",
    "Pipes from origins",
    () => audiences.list().filter((audience) => audience.linked).length,
  );
  metrics.gauge("facts_queued", "Facts web has not accepted yet", () => facts.queued);

  return {
    faults: () => [
      ...(redis.status === "ready" ? [] : ["redis is not reachable"]),
      ...(draining ? ["draining"] : []),
    ],
    drain: async () => {
      draining = true;
      await announce();
      await drainEdge({ nodeId, registry, attendees });
    },
  };
}
