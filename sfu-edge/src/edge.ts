import {
  afterSleep,
  RemovedPeople,
  SeatLedger,
  type ServiceContext,
  type ServiceParts,
} from "@rostrum/platform";
import type { WebinarId } from "@rostrum/protocol";
import { reliefRules } from "@rostrum/rules";
import { favourOwnSession, heartbeatOf, openMediaNode, servePipes } from "@rostrum/sfu";
import { serveAttendees } from "./attendee-sockets.ts";
import { Audiences } from "./audiences.ts";
import { serveChecks } from "./check.ts";
import type { EdgeConfig } from "./config.ts";
import { drainEdge } from "./drain.ts";
import { Facts } from "./facts.ts";
import { StageFinder } from "./find-stage.ts";
import { exposeMetrics } from "./metrics.ts";
import { rehearse } from "./rehearsal.ts";
import { relieveWhenBusy } from "./relief.ts";

/** An edge that did nothing for this long has been taken for dead by everybody else. */
const frozenMs = 5000;

/** Build an edge from its configuration. Everything it makes belongs to the context's scope. */
export async function startEdge(config: EdgeConfig, context: ServiceContext): Promise<ServiceParts> {
  const { scope, log, http, metrics, nodeId } = context;
  const node = await openMediaNode(config, context, {
    kind: "edge",
    onWorkerDied: (worker) => audiences.workerDied(worker),
  });
  const { redis, registry, tokens, events, feed, pool, epoch, listen } = node;
  const facts = new Facts({ webUrl: config.WEB_INTERNAL_URL, tokens, nodeId, scope, log });
  const stages = new StageFinder({ redis, registry, self: { nodeId, region: config.REGION } });
  const link = { stages, tokens, nodeId, epoch, listen, log };
  const ledger = new SeatLedger(redis);
  const removed = new RemovedPeople(redis);
  const audiences = new Audiences({ pool, feed, events, redis, ledger, removed, link, scope, log });
  // An edge above others in the cascade hands the stage on to them.
  const open = (webinarId: WebinarId) => audiences.sourceOf(webinarId);
  const below = servePipes({ http, scope, log, tokens, open, nodeId, epoch, listen });

  const measured = exposeMetrics(metrics, { node, audiences, facts, ledger, below: below.count });

  let draining = false;
  serveAttendees({
    http,
    scope,
    log,
    tokens,
    audiences,
    removed,
    facts,
    nodeId,
    epoch,
    allowedOrigin: config.WEB_PUBLIC_URL,
    isDraining: () => draining,
    measured,
  });
  serveChecks({
    http,
    scope,
    log,
    tokens,
    pool,
    nodeId,
    allowedOrigin: config.WEB_PUBLIC_URL,
    isDraining: () => draining,
  });
  const attendees = () => audiences.list().flatMap((audience) => [...audience.fanOut.attendees]);
  const announce = registry.announce(scope, () =>
    heartbeatOf(node, config, {
      kind: "edge",
      draining,
      capacity: config.CAPACITY,
      served: {
        peers: attendees().length,
        consumers: attendees().reduce((sum, attendee) => sum + attendee.consumerCount, 0),
        webinars: Object.fromEntries(
          audiences.list().map((audience) => [audience.webinarId, audience.fanOut.attendees.size]),
        ),
      },
    }),
  );
  relieveWhenBusy({
    audiences,
    load: node.load,
    rules: {
      ...reliefRules,
      workerCpu: config.RELIEF_WORKER_CPU,
      eventLoopDelayMs: config.RELIEF_LOOP_DELAY_MS,
      lastsMs: config.RELIEF_AFTER_MS,
    },
    onRelieved: measured.relieved,
    scope,
    log,
  });
  scope.run("rehearsal", async () => {
    const startedAt = performance.now();
    const joins = config.REHEARSAL_JOINS;
    const isOver = () => draining || attendees().length > 0;
    try {
      const came = await rehearse({ pool, tokens, ledger, removed, link, scope, log, joins, isOver });
      log.info({ came, ms: Math.round(performance.now() - startedAt) }, "rehearsed");
    } finally {
      // Others need not wait for a rehearsal.
      favourOwnSession(log);
    }
  });
  // Who was here has been placed elsewhere and their stay has been ended: whoever is left comes in anew.
  afterSleep(scope, frozenMs, (sleptMs) => {
    log.warn({ sleptMs }, "this edge stood still: everybody is sent to come in again");
    for (const attendee of attendees()) attendee.socket.close("restarting");
  });

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
