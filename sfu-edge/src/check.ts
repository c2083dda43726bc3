import {
  acceptSockets,
  type HttpServer,
  type Log,
  onHello,
  type RpcSocket,
  reloadPage,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import { checkMethods, RostrumError } from "@rostrum/protocol";
import type { MediaNode } from "@rostrum/sfu";
import { CheckBench } from "./check-bench.ts";

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  pool: MediaNode["pool"];
  nodeId: string;
  allowedOrigin: string;
  isDraining: () => boolean;
};

/** A test takes some twenty seconds; a page that stays longer tests nothing any more. */
const lifetimeMs = 60_000;

/** `/check` on an edge: testing a connection beforehand, beside all rooms. */
export function serveChecks(options: Options): void {
  const { http, scope, log, allowedOrigin, nodeId } = options;
  const bench = new CheckBench({ pool: options.pool, scope: scope.child("checks"), log });
  acceptSockets(http, "/check", {
    log,
    scope,
    allowedOrigin,
    onSocket: (socket, authenticated) =>
      onHello(
        socket,
        { request: checkMethods.hello.request, authenticated, otherVersion: reloadPage },
        async ({ token }) => {
          if (options.isDraining()) throw new RostrumError("node.draining", "This edge is going away.");
          await options.tokens.verifyRoom(token, "check");
          socket.scope.after(lifetimeMs, "check is over", () => socket.close("expired"));
          return { nodeId, routerRtpCapabilities: await serve(socket, bench) };
        },
      ),
  });
}

async function serve(socket: RpcSocket, bench: CheckBench) {
  const seat = await bench.open(socket.scope);
  socket.handle("ping", checkMethods.ping.request, () => ({}));
  socket.handle("check.open", checkMethods["check.open"].request, () => seat.openTransport());
  socket.handle(
    "check.connect",
    checkMethods["check.connect"].request,
    async ({ transportId, dtlsParameters }) => {
      await seat.connect(transportId, dtlsParameters);
      return {};
    },
  );
  socket.handle("check.flood", checkMethods["check.flood"].request, ({ transportId }) =>
    seat.flood(transportId),
  );
  return seat.rtpCapabilities;
}
