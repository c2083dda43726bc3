import type { IncomingMessage, ServerResponse } from "node:http";
import { limits, RostrumError } from "@rostrum/protocol";
import { HeldRequest } from "./held-request.ts";

/**
 * A request of node:http with its body read. A body larger than any of ours may be is cut just past the limit: enough for
 * who checks it to see that it is too large. Throws message.malformed for an address that is none.
 */
export async function requestOf(incoming: IncomingMessage): Promise<HeldRequest> {
  const { method = "GET", headers: given, url = "/" } = incoming;
  const address = URL.parse(url, `http://${given.host ?? "localhost"}`);
  if (!address) throw new RostrumError("message.malformed", "The address could not be read.");
  const headers = new Headers();
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  const body = method === "GET" || method === "HEAD" ? Buffer.alloc(0) : await bodyOf(incoming);
  return new HeldRequest(address.href, { method, headers, body });
}

function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limits.requestBytes) return;
      incoming.pause();
      resolve(Buffer.concat(chunks));
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks)));
    incoming.on("error", reject);
  });
}

/** Write a response whose body is a text of ours: small, and all there. */
export async function answer(outgoing: ServerResponse, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const cookies = response.headers.getSetCookie();
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  // What is left of a body that nobody will read is not waited for.
  if (response.status === 413) outgoing.setHeader("connection", "close");
  outgoing.writeHead(response.status, { "content-length": body.length });
  outgoing.end(body);
}
