import {
  acceptSockets,
  type HttpServer,
  type Log,
  type LogPosition,
  onHello,
  type RemovedPeople,
  type RpcSocket,
  reloadPage,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import { edgeMethods, type RoomSnapshot, RostrumError } from "@rostrum/protocol";
import type { z } from "zod";
import { Attendee } from "./attendee.ts";
import type { Audience } from "./audience.ts";
import type { Audiences } from "./audiences.ts";
import type { Facts } from "./facts.ts";
import type { EdgeMeasures } from "./metrics.ts";

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  audiences: Pick<Audiences, "open">;
  removed: RemovedPeople;
  facts: Pick<Facts, "report">;
  nodeId: string;
  /** This life of the node: a stay belongs to one. */
  epoch: string;
  allowedOrigin: string;
  isDraining: () => boolean;
  measured: EdgeMeasures;
};

/** `/ws` on an edge: every participant's one socket, whatever the role and tier. */
export function serveAttendees(options: Options): void {
  const { http, scope, log, allowedOrigin } = options;
  acceptSockets(http, "/ws", {
    log,
    scope,
    allowedOrigin,
    onSocket: (socket, authenticated) =>
      onHello(
        socket,
        { request: edgeMethods.hello.request, authenticated, otherVersion: reloadPage },
        (hello) => greet(socket, hello, options),
      ),
  });
}

type Hello = z.infer<typeof edgeMethods.hello.request>;

async function greet(socket: RpcSocket, { token, resume, receive }: Hello, options: Options) {
  if (options.isDraining())
    throw new RostrumError("node.draining", "This edge is going away: ask for admission again.");
  const startedAt = performance.now();
  const seated = await welcome(socket, token, options).catch((error: unknown) => {
    options.measured.refused(error instanceof RostrumError ? error.code : "internal");
    throw error;
  });
  options.measured.joined((performance.now() - startedAt) / 1000);
  const media = receive ? await seated.attendee.offerReceiving() : undefined;
  return { nodeId: options.nodeId, serverTimeMs: Date.now(), media, ...enter(seated, resume) };
}

type Seated = { audience: Audience; attendee: Attendee };

/** Into the room: with its snapshot, or with the events since `resume`. */
function enter({ audience, attendee }: Seated, resume: LogPosition | undefined): { snapshot?: RoomSnapshot } {
  const known = audience.enter(attendee, resume);
  if (!Array.isArray(known)) return { snapshot: known };
  for (const event of known) attendee.socket.notify("room.event", event);
  return {};
}

async function welcome(socket: RpcSocket, token: string, options: Options): Promise<Seated> {
  const claims = await options.tokens.verifyRoom(token, "edge");
  await options.removed.refuse(claims.webinarId, claims.participantId);
  const audience = await options.audiences.open(claims.webinarId);
  if (socket.closed) throw new RostrumError("closed", "The connection has closed.");
  const attendee = new Attendee({ claims, socket, log: options.log });
  attendee.recordAttendance(options.facts, `${options.nodeId}/${options.epoch}`);
  if (attendee.receives) await audience.seat(attendee);
  socket.scope.add(
    "audience watch",
    audience.scope.add("attendee", () => socket.close("restarting")),
  );
  socket.scope.after(Math.max(0, claims.expiresAt - Date.now()), "token expiry", () =>
    socket.close("expired"),
  );
  handleSeat(socket, { audience, attendee }, options);
  return { audience, attendee };
}

/** Moving between the tiers on one socket: the room and the stay go on. */
function handleSeat(socket: RpcSocket, { audience, attendee }: Seated, options: Options): void {
  socket.handle("seat.take", edgeMethods["seat.take"].request, async ({ token }) => {
    const claims = await options.tokens.verifyRoom(token, "edge");
    const { webinarId, participantId } = attendee.claims;
    if (claims.webinarId !== webinarId || claims.participantId !== participantId)
      throw new RostrumError("token.invalid", "The token is somebody else's.", { field: "token" });
    if (claims.delivery !== "webrtc" || attendee.hosts)
      throw new RostrumError("permission.denied", "This admission has no seat.", { field: "token" });
    // They were asked to go, and are wanted after all.
    attendee.stopLeaving();
    if (!attendee.receives || !attendee.branch) await audience.seat(attendee);
    return { media: await attendee.offerReceiving() };
  });
  socket.handle("media.path", edgeMethods["media.path"].request, async ({ path, reason }) => {
    if (attendee.hosts) return;
    attendee.reportPath(path, reason);
    // WebRTC does not get through: the seat is of no use.
    if (path === "hls") await audience.unseat(attendee, reason);
  });
  socket.handle("media.report", edgeMethods["media.report"].request, (report) =>
    options.measured.reported(report),
  );
  socket.handle("seat.leave", edgeMethods["seat.leave"].request, ({ reason }) =>
    audience.unseat(attendee, reason),
  );
}
