import {
  acceptSockets,
  type HttpServer,
  type Log,
  type RpcSocket,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import { edgeMethods, protocolVersion, type RoomSnapshot, RostrumError } from "@rostrum/protocol";
import { roomFor } from "@rostrum/rules";
import { Attendee } from "./attendee.ts";
import type { Audiences } from "./audiences.ts";
import type { Facts } from "./facts.ts";

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  audiences: Audiences;
  facts: Facts;
  nodeId: string;
  /** This life of the node: a stay belongs to one. */
  epoch: string;
  allowedOrigin: string;
  isDraining: () => boolean;
};

/** `/ws` on an edge: every participant's one socket, whatever the role and tier. */
export function serveAttendees(options: Options): void {
  const { http, scope, log, allowedOrigin } = options;
  acceptSockets(http, "/ws", {
    log,
    scope,
    allowedOrigin,
    onSocket: (socket, authenticated) => {
      let greeted = false;
      socket.handle("hello", edgeMethods.hello.request, async ({ version, token }) => {
        if (greeted) throw new RostrumError("conflict", "hello was said already.");
        greeted = true;
        if (version !== protocolVersion)
          throw new RostrumError("input.invalid", "Reload the page: it is from another version.", {
            field: "version",
          });
        if (options.isDraining())
          throw new RostrumError("node.draining", "This edge is going away: ask for admission again.");
        const snapshot = await welcome(socket, token, options);
        authenticated();
        return { nodeId: options.nodeId, snapshot, serverTimeMs: Date.now() };
      });
    },
  });
}

async function welcome(socket: RpcSocket, token: string, options: Options): Promise<RoomSnapshot> {
  const claims = await options.tokens.verifyRoom(token, "edge");
  const audience = await options.audiences.open(claims.webinarId);
  if (socket.closed) throw new RostrumError("closed", "The connection has closed.");
  const attendee = new Attendee({ claims, socket, log: options.log });
  audience.admit(attendee);
  attendee.recordAttendance(options.facts, `${options.nodeId}/${options.epoch}`);
  socket.scope.add(
    "audience watch",
    audience.scope.add("attendee", () => socket.close("restarting")),
  );
  socket.scope.after(Math.max(0, claims.expiresAt - Date.now()), "token expiry", () =>
    socket.close("expired"),
  );
  return roomFor(audience.room, attendee.hosts ? "hosts" : "all");
}
