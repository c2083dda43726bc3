import type { HttpServer } from "./http.ts";
import { createHttpServer } from "./http-endpoints.ts";
import { createLog, type Log } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { Scope } from "./scope.ts";

/** What a service is given to build itself with. */
export type ServiceContext = { scope: Scope; log: Log; http: HttpServer; metrics: Metrics; nodeId: string };

/** What it gives back. */
export type ServiceParts = {
  /** Why the service cannot take work now; empty when it can. */
  faults(): string[];
  /** Called first on SIGTERM: move work away, within `drainMs`. */
  drain?(): Promise<void>;
};

type ServiceOptions = {
  service: string;
  nodeId: string;
  logLevel: string;
  http: { host: string; port: number };
  drainMs?: number;
};

/**
 * Boot, serve, and stop one process: HTTP with health, readiness and metrics, signals, drain, exit code. Resolves when
 * the service runs.
 */
export async function runService(
  options: ServiceOptions,
  start: (context: ServiceContext) => Promise<ServiceParts>,
): Promise<void> {
  const log = createLog({ service: options.service, nodeId: options.nodeId, level: options.logLevel });
  const scope = new Scope(options.service, log);
  const metrics = createMetrics({ service: options.service, nodeId: options.nodeId });
  // What is owned right now: sockets, timers, transports. Back to its idle value, nothing has leaked.
  metrics.gauge("scope_entries", "Objects that the owner tree holds", () => scope.count());
  const state: { parts?: ServiceParts } = {};
  const http = createHttpServer({
    log,
    metrics,
    service: options.service,
    nodeId: options.nodeId,
    faults: () => state.parts?.faults() ?? ["starting"],
  });

  let stopping = false;
  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "stopping");
    const hardStop = setTimeout(() => process.exit(exitCode || 1), (options.drainMs ?? 2000) + 6000);
    hardStop.unref();
    try {
      await state.parts?.drain?.();
    } catch (error) {
      log.error({ err: error }, "drain failed");
    }
    await scope.close(reason);
    log.info("stopped");
    process.exit(exitCode);
  };
  process.on("SIGTERM", () => void stop("SIGTERM", 0));
  process.on("SIGINT", () => void stop("SIGINT", 0));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "uncaught exception");
    void stop("uncaught exception", 1);
  });
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error }, "unhandled rejection");
    void stop("unhandled rejection", 1);
  });

  try {
    await http.listen(options.http.host, options.http.port, scope);
    state.parts = await start({ scope, log, http, metrics, nodeId: options.nodeId });
    log.info({ port: options.http.port }, "ready");
  } catch (error) {
    log.fatal({ err: error }, "could not start");
    await stop("could not start", 1);
  }
}
