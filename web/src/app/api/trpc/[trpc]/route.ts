import { RostrumError } from "@rostrum/protocol";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { readBody, requireSameSite, respond } from "../../../../server/handler.ts";
import { appRouter } from "../../../../server/routers/index.ts";
import { services } from "../../../../server/services.ts";

/** Calls one HTTP request may carry. */
const maxBatch = 10;

function handle(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    requireSameSite(shared, request);
    const url = new URL(request.url);
    if (url.search.length > 64 * 1024) throw new RostrumError("message.too-large", "The query is too long.");
    const capped = request.method === "POST" ? await cap(request) : request;
    const cookies: string[] = [];
    const response = await fetchRequestHandler({
      endpoint: "/api/trpc",
      req: capped,
      router: appRouter,
      maxBatchSize: maxBatch,
      createContext: () => ({
        services: shared,
        headers: request.headers,
        setCookie: (cookie) => cookies.push(cookie),
      }),
    });
    for (const cookie of cookies) response.headers.append("set-cookie", cookie);
    response.headers.set("cache-control", "no-store");
    return response;
  });
}

/** tRPC reads bodies without a limit and takes form data too: only JSON of bounded size gets through. */
async function cap(request: Request): Promise<Request> {
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    throw new RostrumError("message.malformed", "Send JSON.");
  }
  return new Request(request.url, {
    method: "POST",
    headers: request.headers,
    body: await readBody(request),
  });
}

export const dynamic = "force-dynamic";
export { handle as GET, handle as POST };
