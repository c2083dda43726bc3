/** The first process of web: the API is answered here, pages and the other addresses by Next. */
import { createServer } from "node:http";
import path from "node:path";
import { requestAllResyncs } from "@rostrum/db";
import next from "next";
import { webConfig } from "./config.ts";
import { apiPath, handleApi } from "./server/api.ts";
import { nameCaller } from "./server/client-address.ts";
import { respond } from "./server/handler.ts";
import { answer, requestOf } from "./server/node-http.ts";
import { handleRest, restPath } from "./server/rest/handler.ts";
import { createServices, shareServices } from "./server/services.ts";

const config = webConfig();
const services = createServices(config, "web");
const { scope, log } = services;
shareServices(services);
scope.run("owed events", () => requestAllResyncs(services.db));

const site = next({
  dev: false,
  dir: path.join(import.meta.dirname, ".."),
  hostname: config.HTTP_HOST,
  port: config.HTTP_PORT,
});
await site.prepare();
const page = site.getRequestHandler();

/** What is answered here; everything else is Next's. */
const handlers = [
  { path: apiPath, handle: handleApi },
  { path: restPath, handle: handleRest },
];

const server = createServer((incoming, outgoing) => {
  nameCaller(incoming, config.TRUSTED_PROXIES);
  const handle = handlers.find(({ path: prefix }) => incoming.url?.startsWith(`${prefix}/`))?.handle;
  if (!handle) return void page(incoming, outgoing);
  return void respond(services, async () => handle(services, await requestOf(incoming)))
    .then((response) => answer(outgoing, response))
    .catch((error: unknown) => {
      log.error({ err: error }, "request failed");
      outgoing.destroy();
    });
});
server.requestTimeout = 30_000;
server.listen(config.HTTP_PORT, config.HTTP_HOST, () => log.info("ready"));
scope.add("http", async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  await closed;
  await site.close();
});
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void scope.close(signal).then(() => process.exit(0)));
