import { limits, RostrumError } from "@rostrum/protocol";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { methodRefused, readBytes, requireSameSite, respond } from "./handler.ts";
import { HeldRequest, type HttpRequest } from "./held-request.ts";
import { appRouter } from "./routers/index.ts";
import type { Services } from "./services.ts";

export const apiPath = "/api/trpc";
/** Calls one HTTP request may carry. */
const maxBatch = 10;

const methods = ["GET", "POST"];

/** The typed API: tRPC calls, one or a batch, from our own pages or from tools, never from another site. */
export function handleApi(services: Services, request: HttpRequest): Promise<Response> {
  return respond(services, async () => {
    requireSameSite(services, request);
    if (!methods.includes(request.method)) return methodRefused(methods);
    if (request.url.length > limits.requestBytes)
      throw new RostrumError("message.too-large", "The address is too long.");
    const cookies: string[] = [];
    const response = await fetchRequestHandler({
      endpoint: apiPath,
      // Of a call that is JSON, tRPC asks for no more than a held request has.
      req: (request.method === "POST" ? await cap(request) : request) as Request,
      router: appRouter,
      maxBatchSize: maxBatch,
      createContext: () => ({
        services,
        headers: request.headers,
        setCookie: (cookie) => cookies.push(cookie),
      }),
    });
    for (const cookie of cookies) response.headers.append("set-cookie", cookie);
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  });
}

/** tRPC reads bodies without a limit and takes form data too: only JSON of bounded size gets through. */
async function cap(request: HttpRequest): Promise<HttpRequest> {
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    throw new RostrumError("message.malformed", "Send JSON.");
  }
  // Node holds a request to the length that it tells.
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) <= limits.requestBytes) return request;
  const body = await readBytes(request);
  return new HeldRequest(request.url, { method: "POST", headers: request.headers, body });
}
