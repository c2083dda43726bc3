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
import { RostrumError, stageMethods } from "@rostrum/protocol";
import { Peer } from "@rostrum/sfu";
import type { Stage } from "./stage.ts";
import type { Stages } from "./stages.ts";

/** An event of the room is here within this, ms. */
const guestWaitMs = 1000;

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  stages: Stages;
  nodeId: string;
  allowedOrigin: string;
};

/** `/ws` on an origin: hosts and panelists publish here and see one another. */
export function servePanelists(options: Options): void {
  const { http, scope, log, allowedOrigin } = options;
  acceptSockets(http, "/ws", {
    log,
    scope,
    allowedOrigin,
    onSocket: (socket, authenticated) =>
      onHello(
        socket,
        { request: stageMethods.hello.request, authenticated, otherVersion: reloadPage },
        ({ token }) => welcome(socket, token, options),
      ),
  });
}

async function welcome(socket: RpcSocket, token: string, options: Options) {
  const claims = await options.tokens.verifyRoom(token, "stage");
  await options.stages.removed.refuse(claims.webinarId, claims.participantId);
  const stage = await options.stages.open(claims.webinarId);
  // What made them a guest was told to the room a moment before they came.
  if (claims.role === "attendee" && !(await stage.guests.has(claims.participantId, guestWaitMs)))
    throw new RostrumError("permission.denied", "The host has not called you on stage.");
  if (socket.closed) throw new RostrumError("closed", "The connection has closed.");
  const log = options.log.child({ webinarId: claims.webinarId, participantId: claims.participantId });
  if (claims.role === "attendee")
    socket.scope.add(
      "guest",
      stage.guests.onGone(claims.participantId, () => socket.close("removed")),
    );
  const leave = stage.join({
    participantId: claims.participantId,
    replaced: () => socket.close("replaced"),
    removed: () => socket.close("removed"),
    phaseChanged: (phase) => {
      socket.notify("stage.phase", { phase });
      if (phase === "ended") socket.close("ended");
    },
    moving: (graceMs) => socket.notify("stage.moving", { graceMs }),
    membersChanged: (members) => socket.notify("stage.members", { members }),
  });
  socket.scope.add("seat", leave);
  socket.scope.add(
    "stage watch",
    stage.scope.add("panelist", () => socket.close(stage.phase === "ended" ? "ended" : "ownerChanged")),
  );
  socket.scope.after(Math.max(0, claims.expiresAt - Date.now()), "token expiry", () =>
    socket.close("expired"),
  );
  new Peer({
    socket,
    log,
    router: stage.router,
    place: stage.place,
    board: stage.board,
    identity: { participantId: claims.participantId, name: claims.name },
    publish: {
      // The stage may have gone to another origin while this process was stopped.
      before: () => options.stages.confirm(stage),
      onProducer: (producer, described) => stage.addProducer(producer, described),
    },
  });
  return greeting(stage, options.nodeId);
}

const greeting = (stage: Stage, nodeId: string) => ({
  nodeId,
  phase: stage.phase,
  stage: stage.members(),
  serverTimeMs: Date.now(),
});
