import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { apiPath, handleApi } from "./api.ts";
import { handleLink, linkPath } from "./campaign-links.ts";
import { nameCaller } from "./client-address.ts";
import { embedScriptPath, handleEmbedScript } from "./embed-script.ts";
import { factsPath, handleFacts } from "./facts-door.ts";
import { respond } from "./handler.ts";
import type { HttpRequest } from "./held-request.ts";
import { pathHeader } from "./language.ts";
import { followMark, handleMailPicture, isMarked, picturePath } from "./mail/marks.ts";
import { answer, requestOf } from "./node-http.ts";
import { pagePolicy } from "./page-policy.ts";
import { handleRest, restPath } from "./rest/handler.ts";
import type { Services } from "./services.ts";

/** What is answered here; everything else is the pages'. */
const handlers: {
  matches: (path: string) => boolean;
  handle: (services: Services, request: HttpRequest) => Promise<Response>;
}[] = [
  { matches: (path) => path.startsWith(`${apiPath}/`), handle: handleApi },
  { matches: (path) => path === factsPath, handle: handleFacts },
  { matches: (path) => path.startsWith(`${restPath}/`), handle: handleRest },
  { matches: (path) => path.startsWith(`${linkPath}/`), handle: handleLink },
  { matches: (path) => path.startsWith(`${picturePath}/`), handle: handleMailPicture },
  { matches: (path) => path === embedScriptPath, handle: async (services) => handleEmbedScript(services) },
];

/** A link of a mail that tells it was followed; undefined for every other address. */
const marked = async (
  services: Services,
  incoming: IncomingMessage,
  url: string,
): Promise<Response | undefined> =>
  incoming.method === "GET" && isMarked(url)
    ? followMark(services, await requestOf(incoming)).catch((error: unknown) => {
        services.log.warn({ err: error }, "a click in a mail could not be noted");
        return undefined;
      })
    : undefined;

type Pages = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** Whoever comes to web: the API is answered here, pages and the other addresses by `pages`. */
export function door(services: Services, pages: Pages): RequestListener {
  return (incoming, outgoing) => {
    nameCaller(incoming, services.config.TRUSTED_PROXIES);
    const url = incoming.url ?? "/";
    const [path = "/"] = url.split("?", 1);
    incoming.headers[pathHeader] = path;
    const handle = handlers.find(({ matches }) => matches(path))?.handle;
    const work = handle
      ? respond(services, async () => handle(services, await requestOf(incoming))).then((response) =>
          answer(outgoing, response),
        )
      : marked(services, incoming, url).then(async (followed) => {
          if (followed) return answer(outgoing, followed);
          outgoing.setHeader("content-security-policy", await pagePolicy(services, url));
          return pages(incoming, outgoing);
        });
    void work.catch((error: unknown) => {
      services.log.error({ err: error }, "request failed");
      outgoing.destroy();
    });
  };
}
