import { randomUUID } from "node:crypto";
import type { Log, RpcSocket } from "@rostrum/platform";
import { type Delivery, edgeMethods, type MediaPath, type RoomClaims } from "@rostrum/protocol";
import type { Board } from "@rostrum/sfu";
import { Peer, type PoolWorker } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { Facts } from "./facts.ts";

type Media = { router: types.Router; place: PoolWorker; board: Board };

/** One participant's socket here: who it is, what it may see, and, for tier webrtc, its media. */
export class Attendee {
  readonly claims: RoomClaims;
  readonly socket: RpcSocket;
  readonly hosts: boolean;
  #peer: Peer | undefined;
  #path: MediaPath | undefined;

  constructor(options: { claims: RoomClaims; socket: RpcSocket; log: Log }) {
    this.claims = options.claims;
    this.socket = options.socket;
    this.hosts = options.claims.role !== "attendee";
  }

  /** As admitted, until this browser finds that WebRTC does not reach it. */
  get delivery(): Delivery {
    return this.#path === "hls" ? "hls" : this.claims.delivery;
  }

  /** How the stage gets to this browser, once it has told. */
  get path(): MediaPath | undefined {
    return this.#path;
  }

  /** Attendees of tier webrtc receive here; hosts and panelists watch the stage on the origin. */
  get receives(): boolean {
    return this.delivery === "webrtc" && this.claims.role === "attendee";
  }

  get consumerCount(): number {
    return this.#peer?.receiver.consumerCount ?? 0;
  }

  get transportCount(): number {
    return this.#peer?.transportCount ?? 0;
  }

  attachMedia(media: Media, log: Log): void {
    const { participantId, name } = this.claims;
    this.#peer = new Peer({ socket: this.socket, log, ...media, identity: { participantId, name } });
  }

  /** Tell web about this presence now, and about its end when the socket ends. */
  recordAttendance(facts: Facts, nodeId: string): void {
    const { webinarId, participantId, admissionId, role, delivery } = this.claims;
    const intervalId = randomUUID();
    facts.report({
      type: "attendance.opened",
      factId: randomUUID(),
      webinarId,
      participantId,
      admissionId,
      intervalId,
      role,
      delivery,
      nodeId,
      at: Date.now(),
    });
    this.#recordPath(facts, intervalId);
    this.socket.scope.add("attendance", (reason) => {
      facts.report({
        type: "attendance.closed",
        factId: randomUUID(),
        webinarId,
        intervalId,
        reason: reason.slice(0, 64),
        at: Date.now(),
      });
    });
  }

  /** What the browser says of its path belongs to this stay. Saying the same again tells web nothing. */
  #recordPath(facts: Facts, intervalId: string): void {
    const { webinarId, role } = this.claims;
    let told = "";
    this.socket.handle("media.path", edgeMethods["media.path"].request, ({ path, reason }) => {
      const text = `${path} ${reason}`;
      if (role !== "attendee" || text === told) return {};
      told = text;
      this.#path = path;
      if (path === "hls") this.#peer?.closeTransports();
      facts.report({
        type: "attendance.path",
        factId: randomUUID(),
        webinarId,
        intervalId,
        path,
        reason,
        at: Date.now(),
      });
      return {};
    });
  }
}
