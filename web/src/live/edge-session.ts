import {
  type Admission,
  type Delivery,
  edgeEvents,
  edgeMethods,
  type MediaPath,
  type ReceiveOffer,
  type RoomEvent,
  type RoomSnapshot,
} from "@rostrum/protocol";
import { noWebRtc } from "./reach.ts";
import { hasWebRtc, ReachWatch, restartIce, tellPath } from "./reach-watch.ts";
import { StageReceiver, type StageTrack } from "./receive.ts";
import { type Resume, Rpc, type SocketEnd } from "./rpc.ts";
import { Value } from "./value.ts";

/** Media is waited for no longer than this before moving on without it, ms. */
const settleMs = 5000;
/** No further track begins to flow for this long, ms. */
const restMs = 800;

const unplayable = "This browser cannot play the stage's video: you are watching the broadcast.";

export type SessionEvents = {
  onEvent: (event: RoomEvent) => void;
  onSnapshot: (room: RoomSnapshot) => void;
  /** The node goes away: move elsewhere after `delayMs`. */
  onDraining: (delayMs: number) => void;
  /** The edge takes the seat back. */
  onSeatLost: (reason: string) => void;
  /** Media flows this way now. */
  onPath: (path: MediaPath) => void;
  /** The network has room for sound only, or for the picture again. */
  onVideoHeld: (held: boolean) => void;
  /** WebRTC does not get through to this browser. */
  onFallen: (reason: string) => void;
};

/** One admission's connection to one edge: the room's events, and the stage while there is a seat. */
export class EdgeSession {
  readonly admission: Admission;
  readonly tracks = new Value<StageTrack[]>([]);
  readonly #rpc: Rpc;
  readonly #events: SessionEvents;
  #delivery: Delivery;
  #reach: ReachWatch | undefined;
  #receiver: StageReceiver | undefined;
  /** What came with the greeting or the seat, for the next time that media starts. */
  #offered: ReceiveOffer | undefined;

  /** `resume`: the last event seen; without a snapshot the missed ones follow. Rejects when the edge does not take us. */
  static async open(
    admission: Admission,
    events: SessionEvents,
    resume?: Resume,
  ): Promise<{ session: EdgeSession; snapshot: RoomSnapshot | undefined }> {
    const receive = admission.role === "attendee" && admission.delivery === "webrtc" && hasWebRtc();
    const { rpc, hello } = await Rpc.connect(admission.edge.url, admission.edge.token, { resume, receive });
    const session = new EdgeSession(admission, rpc, events);
    const { snapshot, media } = edgeMethods.hello.response.parse(hello);
    session.#offered = media;
    if (snapshot) events.onSnapshot(snapshot);
    session.#follow();
    return { session, snapshot };
  }

  private constructor(admission: Admission, rpc: Rpc, events: SessionEvents) {
    this.admission = admission;
    this.#rpc = rpc;
    this.#events = events;
    this.#delivery = admission.delivery;
  }

  get ended(): Promise<SocketEnd> {
    return this.#rpc.ended;
  }

  /** How the programme is shown over this connection: as admitted, until that changes. */
  get delivery(): Delivery {
    return this.#delivery;
  }

  get receiver(): StageReceiver | undefined {
    return this.#receiver;
  }

  /** Receive the stage. A failure to set it up loses the connection: another edge may do better. */
  receive(): void {
    this.#start(this.admission.iceServers).catch((error: unknown) =>
      this.#rpc.lose(`the stage cannot be received: ${String(error)}`),
    );
  }

  /** Take the seat of a new admission to the same edge. */
  async takeSeat({ edge, iceServers }: Admission): Promise<void> {
    const answer = await this.#rpc.request("seat.take", { token: edge.token });
    this.#offered = edgeMethods["seat.take"].response.parse(answer).media;
    this.#delivery = "webrtc";
    await this.#start(iceServers);
  }

  /** Stop receiving; the room goes on. */
  async leaveSeat(reason: string): Promise<void> {
    this.#stop();
    this.#delivery = "hls";
    await this.#rpc.request("seat.leave", { reason });
  }

  /** For the edge's books: this browser did not try WebRTC, or could not. */
  tellPath(path: MediaPath, reason: string): void {
    tellPath(this.#rpc, path, reason);
  }

  async #start(iceServers: Admission["iceServers"]): Promise<void> {
    this.#stop();
    if (!hasWebRtc()) return this.#fall(noWebRtc);
    this.#reach = new ReachWatch({
      iceServers,
      restartIce: (transportId) => restartIce(this.#rpc, transportId),
      onPath: (path, reason) => {
        this.tellPath(path, reason);
        this.#events.onPath(path);
      },
      onFall: (reason) => this.#fall(reason),
    });
    const receiver = new StageReceiver(this.#rpc, this.tracks);
    receiver.videoHeld.subscribe(() => this.#events.onVideoHeld(receiver.videoHeld.get()));
    // The seat is of no use: the broadcast is coded for everybody.
    receiver.unplayable.subscribe(() => this.#events.onSeatLost(unplayable));
    this.#receiver = receiver;
    const offered = this.#offered;
    this.#offered = undefined;
    await receiver.start({ iceServers, reach: this.#reach, ...(offered ? { offered } : {}) });
  }

  /** The room stays as it is; only the picture comes another way from now on. */
  #fall(reason: string): void {
    this.#stop();
    this.#delivery = "hls";
    this.tellPath("hls", reason);
    this.#events.onFallen(reason);
  }

  #stop(): void {
    this.#reach?.close();
    this.#receiver?.close();
    this.#reach = undefined;
    this.#receiver = undefined;
  }

  /** Resolves when `tracks` flow, when the session ends, or after a while: somebody on stage may send nothing. */
  async settled(tracks: number): Promise<void> {
    let ended = false;
    void this.ended.then(() => {
      ended = true;
    });
    const until = performance.now() + settleMs;
    let flowing = 0;
    let since = performance.now();
    while (!ended && performance.now() < until && flowing < tracks) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = this.#flowing();
      if (now > flowing) since = performance.now();
      flowing = now;
      // What is on stage and does not come by now comes later, or not at all: the others are not kept waiting for it.
      if (flowing > 0 && performance.now() - since > restMs) return;
    }
  }

  // A remote track is muted until its first packet, which is a key frame's (W3C webrtc §5.3).
  #flowing(): number {
    return this.tracks.get().filter(({ track, producer }) => producer.paused || !track.muted).length;
  }

  /** For good. */
  close(): void {
    this.#stop();
    this.#rpc.close();
  }

  /** For another one. */
  lose(reason: string): void {
    this.#stop();
    this.#rpc.lose(reason);
  }

  #follow(): void {
    const events = this.#events;
    const on = (name: keyof typeof edgeEvents, act: (data: never) => void) =>
      this.#rpc.on(name, (data) => {
        const parsed = edgeEvents[name].safeParse(data);
        if (parsed.success) act(parsed.data as never);
      });
    on("room.event", (event: RoomEvent) => events.onEvent(event));
    on("room.snapshot", (room: RoomSnapshot) => events.onSnapshot(room));
    on("node.draining", ({ delayMs }: { delayMs: number }) => events.onDraining(delayMs));
    on("seat.lost", ({ reason }: { reason: string }) => events.onSeatLost(reason));
  }
}
