import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { type Networks, PrivateAddressError } from "./networks.ts";

export type Call = { url: string; headers: Record<string, string>; body: string; timeoutMs: number };
export type Called = { status: number | null; excerpt: string };

const excerptBytes = 1000;

/**
 * POST once: no redirects, no proxies, no connection kept. Answers the status and the beginning of the answer, or why
 * there was none; never throws.
 */
export function postOnce(networks: Networks, { url, headers, body, timeoutMs }: Call): Promise<Called> {
  const { promise, resolve } = Promise.withResolvers<Called>();
  const fail = (error: Error) => resolve({ status: null, excerpt: error.message.slice(0, excerptBytes) });
  const target = URL.parse(url);
  if (!target || !/^https?:$/.test(target.protocol)) {
    fail(new Error("not a web address"));
    return promise;
  }
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // A literal address is never looked up: it is checked here.
  if (isIP(host) !== 0 && !networks.mayCall(host)) {
    fail(new PrivateAddressError(host));
    return promise;
  }
  const plain = target.protocol === "http:";
  const request = (plain ? httpRequest : httpsRequest)(target, {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    lookup: networks.lookup,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
  });
  request.on("socket", (socket) =>
    socket.on("connect", () => {
      // Unencrypted only inside the operator's own network.
      if (plain && !networks.isOwn(socket.remoteAddress ?? ""))
        request.destroy(new Error("http:// is for your own networks only: use https://"));
    }),
  );
  request.on("error", (error) =>
    fail(
      error.name === "AbortError" || error.name === "TimeoutError"
        ? new Error(`no answer within ${timeoutMs / 1000} s`)
        : error,
    ),
  );
  request.on("response", (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () => {
      const text = Buffer.concat(chunks).subarray(0, excerptBytes).toString("utf8");
      // PostgreSQL stores no NUL.
      resolve({ status: response.statusCode ?? null, excerpt: text.replaceAll("\u0000", "").toWellFormed() });
      response.destroy();
    };
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= excerptBytes) done();
    });
    response.on("end", done);
    response.on("error", done);
  });
  request.end(body);
  return promise;
}
