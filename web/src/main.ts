/** The first process of web: the API is answered here, pages and the other addresses by Next. */
import { createServer, type IncomingMessage } from "node:http";
import path from "node:path";
import { requestAllResyncs } from "@rostrum/db";
import next from "next";
import { webConfig } from "./config.ts";
import { apiPath, handleApi } from "./server/api.ts";
import { handleLink, linkPath } from "./server/campaign-links.ts";
import { nameCaller } from "./server/client-address.ts";
import { embedScriptPath, handleEmbedScript } from "./server/embed-script.ts";
import { respond } from "./server/handler.ts";
import { pathHeader } from "./server/language.ts";
import { followMark, handleMailPicture, isMarked, picturePath } from "./server/mail/marks.ts";
import { answer, requestOf } from "./server/node-http.ts";
import { pagePolicy } from "./server/page-policy.ts";
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
const handlers: { matches: (path: string) => boolean; handle: typeof handleApi }[] = [
  { matches: (path) => path.startsWith(`${apiPath}/`), handle: handleApi },
  { matches: (path) => path.startsWith(`${restPath}/`), handle: handleRest },
  { matches: (path) => path.startsWith(`${linkPath}/`), handle: handleLink },
  { matches: (path) => path.startsWith(`${picturePath}/`), handle: handleMailPicture },
  { matches: (path) => path === embedScriptPath, handle: async () => handleEmbedScript(services) },
];

/** A link of a mail that tells it was followed; undefined for every other address. */
const marked = async (incoming: IncomingMessage, url: string): Promise<Response | undefined> =>
  incoming.method === "GET" && isMarked(url)
    ? followMark(services, await requestOf(incoming)).catch((error: unknown) => {
        log.warn({ err: error }, "a click in a mail could not be noted");
        return undefined;
      })
    : undefined;

const server = createServer((incoming, outgoing) => {
  nameCaller(incoming, config.TRUSTED_PROXIES);
  const url = incoming.url ?? "/";
  incoming.headers[pathHeader] = url.split("?", 1)[0];
  const handle = handlers.find(({ matches }) => matches(url.split("?", 1)[0] ?? ""))?.handle;
  const work = handle
    ? respond(services, async () => handle(services, await requestOf(incoming))).then((response) =>
        answer(outgoing, response),
      )
    : marked(incoming, url).then(async (followed) => {
        if (followed) return answer(outgoing, followed);
        outgoing.setHeader("content-security-policy", await pagePolicy(services, url));
        return page(incoming, outgoing);
      });
  void work.catch((error: unknown) => {
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
