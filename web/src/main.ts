/** The first process of web: the API is answered here, pages and the other addresses by Next. */
import { createServer } from "node:http";
import path from "node:path";
import { requestAllResyncs } from "@rostrum/db";
import next from "next";
import { webConfig } from "./config.ts";
import { door } from "./server/door.ts";
import { rehearse } from "./server/rehearsal.ts";
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

const server = createServer(door(services, site.getRequestHandler()));
server.requestTimeout = 30_000;
server.listen(config.HTTP_PORT, config.HTTP_HOST, () => log.info("ready"));
scope.add("http", async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  await closed;
  await site.close();
});
/** So many have come that their own admissions warm the code. */
const crowd = 50;

scope.run("rehearsal", async () => {
  const startedAt = performance.now();
  const isOver = () => services.measures.admissions() > crowd;
  const came = await rehearse(services, { joins: config.REHEARSAL_JOINS, isOver });
  log.info({ came, ms: Math.round(performance.now() - startedAt) }, "rehearsed");
});
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void scope.close(signal).then(() => process.exit(0)));
