import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { httpStatus, internalError, limits, RostrumError } from "@rostrum/protocol";
import type { Log } from "./log.ts";
import type { Scope } from "./scope.ts";

export type HttpContext = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  params: Record<string, string>;
};
export type HttpHandler = (context: HttpContext) => void | Promise<void>;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

type Route = { method: string; pattern: RegExp; names: string[]; handler: HttpHandler };

/** Slow senders are let go, ms; answers may take as long as they need. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000 };

/** A small router on node:http. Typed errors become their HTTP status; anything else is logged and answered 500. */
export class HttpServer {
  readonly server: Server;
  readonly #log: Log;
  readonly #routes: Route[] = [];
  readonly #upgrades = new Map<string, UpgradeHandler>();

  constructor(log: Log) {
    this.#log = log;
    this.server = createServer(timeouts, (request, response) => void this.#serve(request, response));
    this.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** `path` may hold `:name` parts and end in `*` (the rest, as param `rest`). */
  route(method: string, path: string, handler: HttpHandler): void {
    const names: string[] = [];
    const source = path
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replace(/:([a-zA-Z]+)/g, (_, name: string) => {
        names.push(name);
        return "([^/]+)";
      })
      .replace(/\*$/, () => {
        names.push("rest");
        return "(.*)";
      });
    this.#routes.push({ method, pattern: new RegExp(`^${source}$`), names, handler });
  }

  onUpgrade(path: string, handler: UpgradeHandler): void {
    this.#upgrades.set(path, handler);
  }

  /** Listen, and close with the scope. Rejects with a clear message when the port is taken. */
  async listen(host: string, port: number, scope: Scope): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) =>
        reject(error.code === "EADDRINUSE" ? new Error(`port ${port} on ${host} is taken`) : error);
      this.server.once("error", failed);
      this.server.listen(port, host, () => {
        this.server.off("error", failed);
        resolve();
      });
    });
    this.server.on("error", (error) => this.#log.error({ err: error }, "http server error"));
    scope.add("http", () => this.#close());
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : port;
  }

  #close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
      setTimeout(() => this.server.closeAllConnections(), 500).unref();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = parseTarget(request.url);
      const found = this.#find(request.method ?? "GET", url.pathname);
      if (found) await found.route.handler({ request, response, url, params: found.params });
      else this.#refuse(response, url.pathname);
    } catch (error) {
      this.#fail(response, error);
    }
  }

  /** Without a route of its own HEAD is answered by GET's: node leaves the body out (RFC 9110 §9.3.2). */
  #find(method: string, pathname: string): { route: Route; params: Record<string, string> } | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.pattern.exec(pathname) : null;
      if (!match) continue;
      const params = Object.fromEntries(
        route.names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")]),
      );
      return { route, params };
    }
    return method === "HEAD" ? this.#find("GET", pathname) : undefined;
  }

  #refuse(response: ServerResponse, pathname: string): void {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(pathname)).map(({ method }) => method);
    if (methods.length === 0) throw new RostrumError("not-found", "There is nothing at this address.");
    response.setHeader("allow", [...new Set(methods)].join(", "));
    sendJson(response, 405, {
      error: { code: "method.unknown", message: "This address has other methods." },
    });
  }

  #fail(response: ServerResponse, error: unknown): void {
    const known = error instanceof RostrumError || error instanceof URIError;
    if (!known) this.#log.error({ err: error }, "request failed");
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const wire =
      error instanceof RostrumError ? error.toWire() : error instanceof URIError ? badAddress : internalError;
    // What is left of the body is not waited for.
    if (wire.code === "message.too-large") response.setHeader("connection", "close");
    sendJson(response, httpStatus(wire.code), { error: wire });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const handler = this.#upgrades.get(path);
    socket.on("error", () => socket.destroy());
    if (handler) handler(request, socket, head);
    else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  }
}

const badAddress = { code: "input.invalid", message: "The address is not well formed." } as const;

function parseTarget(target = "/"): URL {
  const url = URL.parse(target.startsWith("/") ? `http://localhost${target}` : target);
  if (!url) throw new RostrumError("input.invalid", badAddress.message);
  return url;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    "cache-control": "no-store",
  });
  response.end(bytes);
}

/** The request body as JSON. Throws message.too-large past `maxBytes`, message.malformed when it is not JSON. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number = limits.requestBytes,
): Promise<unknown> {
  const tooLarge = () => new RostrumError("message.too-large", `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed on an early end: the refusal must still get out.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new RostrumError("message.malformed", "The body is not JSON.", { cause: error });
  }
}
