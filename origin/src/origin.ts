import type { ServiceContext, ServiceParts } from "@rostrum/platform";
import type { WebinarId } from "@rostrum/protocol";
import { favourOwnSession, heartbeatOf, openMediaNode, servePipes } from "@rostrum/sfu";
import type { OriginConfig } from "./config.ts";
import { serveIngest } from "./encoders/ingest-sockets.ts";
import { EncoderSeats } from "./encoders/seats.ts";
import { exposeMetrics } from "./metrics.ts";
import { servePanelists } from "./panelist-sockets.ts";
import { serveOwnership } from "./previous-owner.ts";
import { serveProgrammes } from "./programme-feed.ts";
import { Stages } from "./stages.ts";
import { serveWhip } from "./whip/endpoint.ts";

/** Panelists are given this long to publish at the next origin, ms. */
export const handOverMs = 8000;
/** Panelists one origin is willing to serve. */
const capacity = 200;

/** Build an origin from its configuration. Everything it makes belongs to the context's scope. */
export async function startOrigin(config: OriginConfig, context: ServiceContext): Promise<ServiceParts> {
  const { scope, log, http, metrics, nodeId } = context;
  favourOwnSession(log);
  const node = await openMediaNode(config, context, {
    kind: "origin",
    onWorkerDied: (worker) => stages.workerDied(worker),
  });
  const { redis, registry, tokens, events, feed, pool, epoch, listen } = node;
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
  let draining = false;

  serveOwnership({ http, tokens, fencingOf: (webinarId) => stages.fencingOf(webinarId) });
  servePanelists({
    http,
    scope,
    log,
    tokens,
    stages,
    nodeId,
    allowedOrigin: config.WEB_PUBLIC_URL,
    pictures: { camera: config.STAGE_CAMERA, screen: config.STAGE_SCREEN },
  });
  const open = async (webinarId: WebinarId) => (await stages.open(webinarId)).asPipeSource();
  const pipes = servePipes({ http, scope, log, tokens, open, nodeId, epoch, listen });
  const programmes = serveProgrammes({ http, scope, log, tokens, stages, nodeId, epoch, listen });

  const web = { webUrl: config.WEB_INTERNAL_URL, tokens, claims: { nodeId, kind: "origin" as const } };
  const seats = new EncoderSeats({ stages, web, redis, log });
  const ingests = serveIngest({ http, scope, log, tokens, seats, nodeId, epoch, listen });
  const whip = serveWhip({ http, log, seats, redis, registry, publicUrl: config.PUBLIC_URL });

  const panelists = () => stages.list().reduce((sum, stage) => sum + stage.panelistCount, 0);
  const announce = registry.announce(scope, () =>
    heartbeatOf(node, config, {
      kind: "origin",
      draining,
      capacity,
      served: {
        peers: panelists(),
        consumers: 0,
        webinars: Object.fromEntries(stages.list().map((stage) => [stage.webinarId, stage.panelistCount])),
      },
    }),
  );
  exposeMetrics(metrics, {
    node,
    stages,
    pipes: pipes.count,
    programmes: programmes.count,
    whip: whip.count,
    ingests: ingests.count,
  });
  return {
    // Panelists and edges move while media still flows here. Without another origin the stage can only come back to the
    // next process here: the sooner this one is gone, the better.
    drain: async () => {
      draining = true;
      await announce();
      const others = (await registry.list("origin").catch(() => [])).filter(
        (other) => other.nodeId !== nodeId && !other.draining,
      );
      if (others.length > 0) await stages.handOver(handOverMs);
      else await stages.close("draining");
    },
    faults: () => [
      ...(redis.status === "ready" ? [] : ["redis is not reachable"]),
      ...(pool.alive ? [] : ["no media worker is alive"]),
    ],
  };
}
