import { HttpServer, sendJson } from "./http.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

type EndpointOptions = {
  log: Log;
  metrics: Metrics;
  service: string;
  nodeId: string;
  faults: () => string[];
};

/** An HTTP server with the three endpoints that every service has. */
export function createHttpServer(options: EndpointOptions): HttpServer {
  const http = new HttpServer(options.log);
  const body = (faults: string[]) => ({
    service: options.service,
    nodeId: options.nodeId,
    status: faults.length === 0 ? "ready" : "not ready",
    uptimeMs: Math.round(process.uptime() * 1000),
    checks: faults,
  });
  http.route("GET", "/health", ({ response }) => sendJson(response, 200, body(options.faults())));
  http.route("GET", "/ready", ({ response }) => {
    const faults = options.faults();
    sendJson(response, faults.length === 0 ? 200 : 503, body(faults));
  });
  http.route("GET", "/metrics", async ({ response }) => {
    const text = await options.metrics.registry.metrics();
    response.writeHead(200, { "content-type": options.metrics.registry.contentType });
    response.end(text);
  });
  return http;
}
