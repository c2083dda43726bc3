import { randomUUID } from "node:crypto";
import type { Log, RpcSocket } from "@rostrum/platform";
import type { RoomClaims } from "@rostrum/protocol";
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

  constructor(options: { claims: RoomClaims; socket: RpcSocket; log: Log }) {
    this.claims = options.claims;
    this.socket = options.socket;
    this.hosts = options.claims.role !== "attendee";
  }

  /** Attendees of tier webrtc receive here; hosts and panelists watch the stage on the origin. */
  get receives(): boolean {
    return this.claims.delivery === "webrtc" && this.claims.role === "attendee";
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
}
