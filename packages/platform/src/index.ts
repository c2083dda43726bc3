export { acceptSockets } from "./accept-sockets.ts";
export { afterSleep } from "./after-sleep.ts";
export { askWeb, type WebAsker } from "./ask-web.ts";
export { sleep, withTimeout } from "./clock.ts";
export {
  baseConfigShape,
  ConfigError,
  describeConfig,
  loadConfig,
  loadServiceConfig,
  secret,
} from "./config.ts";
export { firstToAnswer } from "./first-to-answer.ts";
export { onHello, reloadPage } from "./hello.ts";
export { type HttpContext, type HttpHandler, HttpServer, readJson, sendJson } from "./http.ts";
export { createHttpServer } from "./http-endpoints.ts";
export { inSpareTime } from "./in-spare-time.ts";
export { createLog, type Log } from "./log.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { Reconciler } from "./reconciler.ts";
export { connectRedis, type Redis } from "./redis/client.ts";
export { EventLog, type Fence } from "./redis/event-log.ts";
export type { LogEntry, LogPosition } from "./redis/event-log-cursor.ts";
export { Lease, type LeaseHolder } from "./redis/lease.ts";
export { deadAfterMs, Registry } from "./redis/registry.ts";
export { RemovedPeople } from "./redis/removed.ts";
export { SeatLedger } from "./redis/seats.ts";
export { connectRpc, RpcClient } from "./rpc-client.ts";
export { RpcSocket } from "./rpc-socket.ts";
export { Scope } from "./scope.ts";
export { runService, type ServiceContext, type ServiceParts } from "./service.ts";
export { createTokens, Tokens } from "./tokens.ts";
export { mediaWitness, type Witness } from "./witness.ts";
