import type { IncomingMessage, ServerResponse } from "node:http";
import { limits, RostrumError } from "@rostrum/protocol";

/**
 * A request of node:http as the fetch standard has it, its body read. A body larger than any of ours may be is cut just
 * past the limit: enough for who checks it to see that it is too large. Throws message.malformed for an address that is none.
 */
export async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", headers, url = "/" } = incoming;
  const address = URL.parse(url, `http://${headers.host ?? "localhost"}`);
  if (!address) throw new RostrumError("message.malformed", "The address could not be read.");
  const chunks: Buffer[] = [];
  if (method !== "GET" && method !== "HEAD") {
    let size = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limits.requestBytes) break;
    }
  }
  return new Request(address, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
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
