import { randomUUID } from "node:crypto";
import type { Log, RpcSocket } from "@rostrum/platform";
import type { Delivery, MediaPath, ReceiveOffer, RoomClaims } from "@rostrum/protocol";
import { type Branch, Peer } from "@rostrum/sfu";
import type { Facts } from "./facts.ts";

/** One participant's socket here: who it is, what it may see, and, while it sits, its media. */
export class Attendee {
  readonly claims: RoomClaims;
  readonly socket: RpcSocket;
  readonly hosts: boolean;
  readonly joinedAt = Date.now();
  /** When they last wrote or raised a hand while they were here, epoch ms; 0 when never. */
  engagedAt = 0;
  readonly #log: Log;
  #delivery: Delivery;
  #waitsSince: number | undefined;
  #media: { peer: Peer; branch: Branch } | undefined;
  #moved: (delivery: Delivery, reason: string) => void = () => {};
  #path: MediaPath | undefined;
  #told: (path: MediaPath, reason: string) => void = () => {};
  #relieved = false;
  #stopLeaving: (() => void) | undefined;

  constructor(options: { claims: RoomClaims; socket: RpcSocket; log: Log }) {
    this.claims = options.claims;
    this.socket = options.socket;
    this.hosts = options.claims.role !== "attendee";
    this.#log = options.log;
    this.#delivery = options.claims.delivery;
    this.#waitsSince = options.claims.waitsSince;
  }

  get delivery(): Delivery {
    return this.#delivery;
  }

  /** Since when this participant waits for a seat, epoch ms. */
  get waitsSince(): number | undefined {
    return this.#waitsSince;
  }

  /** How the stage gets to this browser, once it has told. */
  get path(): MediaPath | undefined {
    return this.#path;
  }

  /** Attendees of tier webrtc receive here; hosts and panelists watch the stage on the origin. */
  get receives(): boolean {
    return this.#delivery === "webrtc" && !this.hosts;
  }

  /** Their seat has been taken back and they are on their way out of it. */
  get leaving(): boolean {
    return this.#stopLeaving !== undefined;
  }

  /** They watch the broadcast because this edge had too much to do. */
  get relieved(): boolean {
    return this.#relieved && !this.receives;
  }

  get branch(): Branch | undefined {
    return this.#media?.branch;
  }

  get consumerCount(): number {
    return this.#media?.peer.receiver.consumerCount ?? 0;
  }

  /** True when nothing that arrives is looked at: a hidden tab. */
  get idle(): boolean {
    return this.#media?.peer.receiver.idle ?? true;
  }

  /** True while the network has room for sound only. */
  get videoHeld(): boolean {
    return this.#media?.peer.receiver.videoHeld ?? false;
  }

  get transportCount(): number {
    return this.#media?.peer.transportCount ?? 0;
  }

  /** What is sent to them now, bit/s. */
  async sendBitrate(): Promise<number> {
    return (await this.#media?.peer.sendBitrate()) ?? 0;
  }

  /** Receive from `branch` until the seat is left; `release` counts it out. */
  sit(branch: Branch, release: () => void): void {
    const { participantId, name } = this.claims;
    const { router, place, board } = branch;
    const { socket } = this;
    const identity = { participantId, name };
    const peer = new Peer({ socket, log: this.#log, router, place, board, identity });
    peer.scope.add("branch", release);
    this.#media = { peer, branch };
    this.#waitsSince = undefined;
    this.#relieved = false;
    this.#move("webrtc", "a seat became free");
  }

  /** What the browser needs to receive by; undefined without a seat. */
  async offerReceiving(): Promise<ReceiveOffer | undefined> {
    return this.#media?.peer.offerReceiving();
  }

  /** They are asked to go by themselves; `cancel` stops what happens when they do not. */
  leaveSoon(cancel: () => void): void {
    this.#relieved = true;
    this.#stopLeaving = cancel;
  }

  /** They stay after all, or have gone already. */
  stopLeaving(): void {
    this.#stopLeaving?.();
    this.#stopLeaving = undefined;
  }

  /** Stop receiving here; the room stays. */
  async stand(reason: string): Promise<void> {
    this.stopLeaving();
    const media = this.#media;
    this.#media = undefined;
    this.#move("hls", reason);
    await media?.peer.scope.close(reason);
  }

  /** The browser says how the stage gets to it. Saying the same again tells web nothing. */
  reportPath(path: MediaPath, reason: string): void {
    if (path === this.#path) return;
    this.#path = path;
    this.#told(path, reason);
  }

  stopWaiting(): void {
    this.#waitsSince = undefined;
  }

  #move(delivery: Delivery, reason: string): void {
    if (delivery === this.#delivery) return;
    this.#delivery = delivery;
    this.#moved(delivery, reason);
  }

  /** Tell web about this stay: now, when it goes on by another tier, and when the socket ends. */
  recordAttendance(facts: Pick<Facts, "report">, nodeId: string): void {
    const { webinarId, participantId, admissionId, role } = this.claims;
    const stay = { webinarId, intervalId: randomUUID() };
    const about = () => ({ ...stay, factId: randomUUID(), at: Date.now() });
    facts.report({
      ...about(),
      type: "attendance.opened",
      participantId,
      admissionId,
      role,
      delivery: this.#delivery,
      nodeId,
    });
    this.#moved = (delivery, reason) =>
      facts.report({ ...about(), type: "attendance.moved", delivery, reason: reason.slice(0, 64) });
    this.#told = (path, reason) => facts.report({ ...about(), type: "attendance.path", path, reason });
    this.socket.scope.add("attendance", (reason) => {
      this.#moved = () => {};
      this.#told = () => {};
      facts.report({ ...about(), type: "attendance.closed", reason: reason.slice(0, 64) });
    });
  }
}
