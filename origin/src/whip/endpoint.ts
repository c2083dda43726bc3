import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type HttpContext,
  type HttpServer,
  Lease,
  type Log,
  type Redis,
  type Registry,
  sendJson,
} from "@rostrum/platform";
import { httpStatus, RostrumError } from "@rostrum/protocol";
import type { EncoderSeats } from "../encoders/seats.ts";
import { stageLeaseKey } from "../stages.ts";
import { readOffer } from "./offer.ts";
import { Refusal } from "./refusal.ts";
import { keyHash, WhipSession } from "./session.ts";

type Options = {
  http: HttpServer;
  log: Log;
  seats: EncoderSeats;
  /** To send clients on to the origin that has the stage. */
  redis: Redis;
  registry: Registry;
  publicUrl: string;
};

const maxSdpBytes = 64 * 1024;
const fragmentType = "application/trickle-ice-sdpfrag";

/**
 * WHIP (RFC 9725): `POST /whip` with a stream key opens a session at `/whip/{id}`, which takes PATCH (trickled candidates
 * are accepted and not needed, as we are ICE-lite; an ICE restart gets new credentials) and DELETE.
 */
export function serveWhip(options: Options): { count: () => number } {
  const { http, seats } = options;
  const sessions = new Map<string, WhipSession>();
  const route = (method: string, path: string, act: (context: HttpContext) => Promise<void>) =>
    http.route(method, path, (context) => answering(context, options.log, () => act(context)));
  const preflight = ({ response }: HttpContext) => {
    response.writeHead(204, { "accept-post": "application/sdp", "accept-patch": fragmentType });
    response.end();
    return Promise.resolve();
  };
  const sessionOf = (context: HttpContext): WhipSession => {
    const key = keyOf(context.request);
    const session = sessions.get(context.params.id ?? "");
    // Who does not know the key learns nothing of the session either.
    if (!session || session.scope.closed || session.keyHash !== keyHash(key))
      throw new Refusal(404, "There is no such session.");
    return session;
  };

  route("OPTIONS", "/whip", preflight);
  route("OPTIONS", "/whip/:id", preflight);
  route("POST", "/whip", async (context) => {
    const { request, response } = context;
    const key = keyOf(request);
    requireType(request, "application/sdp");
    const pass = await seats.passOf(key);
    const offer = readOffer(await readText(request));
    const seat = await seats.open({ pass, protocol: "whip", key }).catch(async (error: unknown) => {
      if (!(error instanceof RostrumError && error.code === "stage.elsewhere")) throw error;
      return elsewhere(pass.webinarId, options);
    });
    if (typeof seat === "string") {
      response.writeHead(307, { location: seat });
      response.end();
      return;
    }
    const session = await WhipSession.open(seat, offer, key);
    sessions.set(session.id, session);
    session.scope.add("session", () => {
      sessions.delete(session.id);
    });
    const headers = {
      location: `${options.publicUrl}/whip/${session.id}`,
      etag: session.etag,
      "accept-patch": fragmentType,
    };
    send(response, 201, { type: "application/sdp", text: session.answer, headers });
  });
  route("PATCH", "/whip/:id", (context) => patch(sessionOf(context), context));
  route("DELETE", "/whip/:id", async (context) => {
    await sessionOf(context).scope.close("the encoder ended it");
    context.response.writeHead(200, { "content-length": 0 });
    context.response.end();
  });
  return { count: () => sessions.size };
}

async function patch(session: WhipSession, { request, response }: HttpContext): Promise<void> {
  requireType(request, fragmentType);
  const match = request.headers["if-match"];
  if (match === undefined) throw new Refusal(428, "If-Match is needed.");
  const fragment = await readText(request);
  const [, ufrag] = /^a=ice-ufrag:(\S+)/m.exec(fragment) ?? [];
  if (session.isRestart(ufrag) && ufrag !== undefined) {
    if (match !== "*" && match !== session.etag) throw new Refusal(412, "The ICE session is another one.");
    const text = await session.restart(ufrag);
    send(response, 200, { type: fragmentType, text, headers: { etag: session.etag } });
    return;
  }
  if (match === "*") throw new Refusal(422, "An ICE restart needs new credentials.");
  if (match !== session.etag) throw new Refusal(412, "The ICE session is another one.");
  // ICE-lite: the encoder's checks tell where it is, its candidates are not needed.
  response.writeHead(204);
  response.end();
}

/** The endpoint of the origin that has the stage. */
async function elsewhere(webinarId: string, { redis, registry, publicUrl }: Options): Promise<string> {
  const holder = await Lease.peek(redis, stageLeaseKey(webinarId));
  const owner = holder && (await registry.find("origin", holder.holder));
  if (!owner || owner.publicUrl === publicUrl)
    throw new RostrumError("node.unavailable", "The stage is between two servers. Try again.");
  return `${owner.publicUrl}/whip`;
}

/** Every answer may be read by pages of any site: what opens anything is the key, which they must have. */
async function answering({ response }: HttpContext, log: Log, act: () => Promise<void>): Promise<void> {
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  try {
    await act();
  } catch (error) {
    const status =
      error instanceof Refusal ? error.status : error instanceof RostrumError ? statusOf(error) : undefined;
    if (status === undefined) {
      log.error({ err: error }, "a WHIP request failed");
      throw error;
    }
    if (status === 401) response.setHeader("www-authenticate", "Bearer");
    if (status === 503) response.setHeader("retry-after", "1");
    sendJson(response, status, { error: { message: (error as Error).message } });
  }
}

const statusOf = ({ code }: RostrumError): number =>
  code === "webinar.ended" ? 403 : code === "rtp.invalid" ? 422 : httpStatus(code);

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "OPTIONS, POST, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type, if-match",
  "access-control-expose-headers": "location, etag, link, accept-patch",
  "access-control-max-age": "86400",
};

function keyOf(request: IncomingMessage): string {
  const [, key] = /^Bearer ([\w-]{1,128})$/i.exec(request.headers.authorization ?? "") ?? [];
  if (key === undefined) throw new Refusal(401, "A stream key is needed as bearer token.");
  return key;
}

function requireType(request: IncomingMessage, type: string): void {
  const [given = ""] = (request.headers["content-type"] ?? "").split(";", 1);
  if (given.trim().toLowerCase() !== type) throw new Refusal(415, `The body must be ${type}.`);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxSdpBytes) throw new Refusal(413, `The body is larger than ${maxSdpBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

type Body = { type: string; text: string; headers: Record<string, string> };

function send(response: ServerResponse, status: number, { type, text, headers }: Body): void {
  response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
