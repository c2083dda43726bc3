import { isDatabaseUnavailable } from "@rostrum/db";
import {
  httpStatus,
  internalError,
  limits,
  type NodeClaims,
  RostrumError,
  type WireError,
} from "@rostrum/protocol";
import { HeldRequest, type HttpRequest } from "./held-request.ts";
import type { Services } from "./services.ts";

/** Nothing was stored, and asking again may well work: clients wait and do so. */
export const databaseAway = (): RostrumError =>
  new RostrumError("node.unavailable", "The service is busy or restarting. Please try again in a moment.");

/** A route handler with our errors as JSON, typed and without their inside. */
export async function respond(services: Services, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    const error = isDatabaseUnavailable(thrown) ? databaseAway() : thrown;
    if (!(thrown instanceof RostrumError)) services.log.error({ err: thrown }, "request failed");
    const wire = error instanceof RostrumError ? error.toWire() : internalError;
    return Response.json(
      { error: wire },
      { status: httpStatus(wire.code), headers: { "cache-control": "no-store" } },
    );
  }
}

/** Only our own nodes; answers which. Throws token.missing or token.invalid. */
export async function requireNode(services: Services, request: HttpRequest): Promise<NodeClaims> {
  const header = request.headers.get("authorization");
  if (!header?.startsWith("Bearer ")) throw new RostrumError("token.missing", "A node credential is needed.");
  return services.tokens.verifyNode(header.slice(7));
}

/** Refuse a browser's request from another site (ASVS 3.5.1); tools that send no Origin have no cookies to abuse. */
export function requireSameSite(services: Services, request: HttpRequest): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const foreign = origin !== null && origin !== new URL(services.config.PUBLIC_URL).origin;
  if (foreign || (site !== null && site !== "same-origin" && site !== "none")) {
    throw new RostrumError("permission.denied", "Requests from other sites are refused.");
  }
}

/** The body as text, capped while it is read. */
export const readBody = async (request: HttpRequest, maxBytes?: number): Promise<string> =>
  (await readBytes(request, maxBytes)).toString("utf8");

/** The body, capped while it is read. Throws message.too-large. */
export async function readBytes(
  request: HttpRequest,
  maxBytes: number = limits.requestBytes,
): Promise<Buffer> {
  if (request instanceof HeldRequest) {
    if (request.held.length > maxBytes) throw tooLarge(maxBytes);
    return request.held;
  }
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (maxBytes: number): RostrumError =>
  new RostrumError("message.too-large", `The body is larger than ${maxBytes} bytes.`);

/** The address is there, and takes `methods` only. */
export function methodRefused(methods: readonly string[]): Response {
  const error: WireError = { code: "method.unknown", message: "This address has other methods." };
  return Response.json({ error }, { status: 405, headers: { allow: methods.join(", ") } });
}
