import { join } from "node:path";
import { connectRedis, createLog, createTokens, Scope } from "@rostrum/platform";
import { quietAv } from "../av/index.ts";
import { readConfig } from "../config.ts";
import { OriginFinder } from "../supervisor/origin-finder.ts";
import { Desk } from "./desk.ts";
import { serveRtmp } from "./rtmp-server.ts";

/**
 * The process that takes encoders over RTMP (decision 014): forked by egress with its environment, gone with it. It parses
 * what strangers send and decodes their sound, which must reach neither the playlists nor the stage.
 *
 * Argument: the epoch of the node.
 */
const config = readConfig();
const [, , epoch = ""] = process.argv;
const log = createLog({ service: "egress-rtmp", nodeId: config.NODE_ID, level: config.LOG_LEVEL });
const scope = new Scope("encoders", log);
quietAv();
const redis = connectRedis(config.REDIS_URL, { log, scope, name: "egress-rtmp" });
const tokens = createTokens(config.ROSTRUM_SECRET);
const origins = new OriginFinder({ redis, tokens, nodeId: config.NODE_ID });
const desk = new Desk({
  web: { webUrl: config.WEB_INTERNAL_URL, tokens, claims: { nodeId: config.NODE_ID, kind: "egress" } },
  epoch,
  listenIp: config.RTP_LISTEN_IP,
  findOrigin: (webinarId) => origins.findOrChoose(webinarId),
  redis,
  scope,
  log,
});

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 1500).unref();
  void scope.close("stopped").then(() => process.exit(0));
};
process.on("disconnect", stop);
process.on("SIGTERM", stop);
process.on("SIGINT", () => {});

const stopServer = await serveRtmp({
  host: config.HTTP_HOST,
  port: config.INGEST_RTMP_PORT ?? 0,
  storePath: join(config.DATA_DIR, "encoders"),
  onFault: (err) => log.warn({ err }, "an RTMP connection sent what cannot be read"),
  onPublish: (key, close) => desk.publish(key, close),
});
scope.add("rtmp server", stopServer);
scope.every(1000, "count", () => {
  if (process.connected) process.send?.({ encoders: desk.count });
});
process.send?.({ encoders: 0 });
