import type { IncomingMessage } from "node:http";
import { limits } from "@rostrum/protocol";
import { WebSocketServer } from "ws";
import type { HttpServer } from "./http.ts";
import type { Log } from "./log.ts";
import { RpcSocket } from "./rpc-socket.ts";
import type { Scope } from "./scope.ts";

type AcceptOptions = {
  log: Log;
  scope: Scope;
  /** URL of the site whose pages may connect; undefined for node-to-node sockets, which send no Origin (RFC 6455 §10.2). */
  allowedOrigin?: string;
  maxPayload?: number;
  /** Wire the socket's methods. It is closed unless `authenticated()` is called before the hello timeout. */
  onSocket(socket: RpcSocket, authenticated: () => void, request: IncomingMessage): void;
};

/** Accept WebSockets at `path`; each gets a scope below `scope`. */
export function acceptSockets(http: HttpServer, path: string, options: AcceptOptions): void {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxPayload ?? limits.frameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const allowed = options.allowedOrigin === undefined ? undefined : new URL(options.allowedOrigin).origin;
  options.scope.add(`sockets ${path}`, () => new Promise((resolve) => server.close(() => resolve())));
  http.onUpgrade(path, (request, socket, head) => {
    const origin = request.headers.origin;
    if (allowed !== undefined && origin !== undefined && origin !== allowed) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const rpc = new RpcSocket(webSocket, socket, options.scope.child("socket"), options.log);
      const cancel = rpc.scope.after(limits.helloTimeoutMs, "hello timeout", () => rpc.close("helloTimeout"));
      try {
        options.onSocket(rpc, cancel, request);
      } catch (error) {
        options.log.error({ err: error, path }, "a socket could not be served");
        rpc.close("internal");
      }
    });
  });
}
