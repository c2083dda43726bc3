import { type ApiKey, answerKey, claimKey, hashRequest, touchApiKey, type User } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import { readBody } from "../handler.ts";
import type { HttpRequest } from "../held-request.ts";
import { countRate, limitRate } from "../rate-limit.ts";
import { hashSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { openApiDocument } from "./openapi.ts";
import { InputError, problemOf, problemResponse } from "./problem.ts";
import { registrationRoutes } from "./registrations.ts";
import { type Call, type Route, webinarOf } from "./route.ts";
import { webinarRoutes } from "./webinars.ts";

export const restPath = "/api/v1";
/** Requests of a key per minute. */
const limit = 600;
const windowMs = 60_000;

export const restRoutes: readonly Route[] = [...webinarRoutes, ...registrationRoutes];

const patterns = restRoutes.map((each) => ({
  route: each,
  pattern: new RegExp(`^${each.path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

/** The API for other programs: a key, JSON, and problems for answers when something is wrong. */
export async function handleRest(services: Services, request: HttpRequest): Promise<Response> {
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  try {
    const url = new URL(request.url);
    const path = url.pathname.slice(restPath.length);
    if (path === "/openapi.json" && request.method === "GET")
      return Response.json(openApiDocument(restRoutes, services.config.PUBLIC_URL), { headers });
    const matching = patterns.filter(({ pattern }) => pattern.test(path));
    const match = matching.find(({ route }) => route.method === request.method);
    if (!match && matching.length > 0) {
      headers.allow = matching.map(({ route }) => route.method).join(", ");
      return problemResponse(
        problemOf(new RostrumError("method.unknown", "This address has other methods."), 405),
        headers,
      );
    }
    const key = await authenticate(services, request);
    await countCall(services, key, headers);
    if (!match) throw new RostrumError("method.unknown", "There is no such address.");
    if (!key.scopes.includes(match.route.scope))
      throw new RostrumError("permission.denied", `The key needs the scope ${match.route.scope}.`);
    const params = { ...(match.pattern.exec(path)?.groups ?? {}) };
    const answer = await perform(services, request, { key, params, route: match.route });
    return Response.json(answer, { status: match.route.status, headers });
  } catch (thrown) {
    const problem = problemOf(thrown);
    if (problem.status === 401) headers["www-authenticate"] = 'Bearer realm="rostrum"';
    if (problem.status === 429) headers["retry-after"] = headers["ratelimit-reset"] ?? "60";
    if (problem.status >= 500) services.log.error({ err: thrown }, "an API request failed");
    return problemResponse(problem, headers);
  }
}

async function authenticate(services: Services, request: HttpRequest): Promise<ApiKey> {
  const [scheme = "", token = ""] = (request.headers.get("authorization") ?? "").split(" ", 2);
  if (scheme.toLowerCase() !== "bearer" || !token)
    throw new RostrumError("token.missing", "Send a key: Authorization: Bearer rst_...");
  const key = /^rst_[\w-]{20,100}$/.test(token)
    ? await touchApiKey(services.db, hashSecret(token))
    : undefined;
  if (key) return key;
  await limitRate(services, `api-guess:${clientAddress(request.headers)}`, { limit: 60, windowMs });
  throw new RostrumError("token.invalid", "The key is unknown or was revoked.");
}

async function countCall(services: Services, key: ApiKey, headers: Record<string, string>): Promise<void> {
  const { count, resetMs } = await countRate(services, `api:${key.id}`, windowMs);
  headers["ratelimit-limit"] = String(limit);
  headers["ratelimit-remaining"] = String(Math.max(0, limit - count));
  headers["ratelimit-reset"] = String(Math.ceil(resetMs / 1000));
  if (count > limit) throw new RostrumError("rate.limited", `At most ${limit} requests a minute.`);
}

type Asked = { key: ApiKey; params: Record<string, string>; route: Route };

/** Who made the key acts, without their role: the scopes say what it may do. */
const actorOf = (key: ApiKey): User => ({
  id: key.createdBy,
  email: "",
  name: key.name,
  organisationId: key.organisationId,
  role: "owner",
});

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new InputError(result.error.issues);
  return result.data;
}

async function readJson(request: HttpRequest, isNeeded: boolean): Promise<unknown> {
  const text = await readBody(request);
  if (text === "" && !isNeeded) return {};
  if (!request.headers.get("content-type")?.startsWith("application/json"))
    throw new RostrumError("message.malformed", "Send JSON, as application/json.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RostrumError("message.malformed", "The body is not JSON.", { cause: error });
  }
}

async function perform(
  services: Services,
  request: HttpRequest,
  { key, params, route }: Asked,
): Promise<unknown> {
  const user = actorOf(key);
  const nothing = z.strictObject({});
  const query = check(route.query ?? nothing, Object.fromEntries(new URL(request.url).searchParams));
  const text = route.method === "GET" ? {} : await readJson(request, route.status === 201);
  const body = check(route.body ?? nothing, text);
  const run = (on: Services) => {
    const call = { services: on, user, params, query, body, webinar: webinarOf(on, user, params.webinarId) };
    return route.handle(call as unknown as Call<never, never>);
  };
  const given = request.headers.get("idempotency-key");
  // What makes nothing new may be done again anyway.
  if (route.status !== 201) return run(services);
  if (given === null) return atomically(services, run);
  const name = check(z.string().trim().min(1).max(200), given);
  return once(services, run, {
    scope: `api:${key.organisationId}`,
    key: name,
    requestHash: hashRequest([route.id, params, text]),
  });
}

/** What is refused leaves nothing behind. */
const atomically = (services: Services, run: (on: Services) => Promise<unknown>): Promise<unknown> =>
  services.db.transaction((tx) => run({ ...services, db: tx }));

/**
 * Do it once per key: the answer is stored in the transaction that does it, and given again to whoever asks again. A
 * request that was refused has not been done and may come again.
 */
function once(
  services: Services,
  run: (on: Services) => Promise<unknown>,
  key: { scope: string; key: string; requestHash: string },
): Promise<unknown> {
  return services.db.transaction(async (tx) => {
    const before = await claimKey(tx, key);
    if (before !== undefined) return JSON.parse(before);
    const answer = await run({ ...services, db: tx });
    await answerKey(tx, key, JSON.stringify(answer));
    return answer;
  });
}
