import {
  type Admission,
  type Delivery,
  edgeEvents,
  edgeMethods,
  type MediaPath,
  type RoomSnapshot,
  RostrumError,
} from "@rostrum/protocol";
import { backoffMs, evolveRoom } from "@rostrum/rules";
import { type Api, createApi, wireError } from "../client/api.ts";
import { noWebRtc, startsWithHls } from "./reach.ts";
import { forgetPath, recallPath } from "./reach-memory.ts";
import { hasWebRtc, ReachWatch, restartIce, tellPath } from "./reach-watch.ts";
import { StageReceiver, type StageTrack } from "./receive.ts";
import { Rpc, type SocketEnd } from "./rpc.ts";
import { Value } from "./value.ts";

export type Connection = "idle" | "connecting" | "connected" | "reconnecting" | "ended" | "refused";

export type RoomState = {
  connection: Connection;
  admission: Admission | null;
  room: RoomSnapshot | null;
  /** Why the room cannot be entered, for people. */
  fault: string | null;
  /** How the stage gets here: as admitted, or HLS with a reason once WebRTC did not get through. */
  delivery: Delivery;
  path: MediaPath | null;
  fallen: string | null;
};

type Admit = (excludeEdges: string[], prefer?: Delivery) => Promise<Admission>;

const refusals = new Set([
  "token.invalid",
  "not-found",
  "permission.denied",
  "session.required",
  "webinar.ended",
  "input.invalid",
]);

/**
 * One participant's presence in a room: admission, one socket to an edge, the room's state, the stage's tracks. When
 * the edge goes, admission is asked for again without it, at once and then with back-off, for as long as the room lives.
 */
export class RoomConnection {
  readonly state = new Value<RoomState>({
    connection: "idle",
    admission: null,
    room: null,
    fault: null,
    delivery: "webrtc",
    path: null,
    fallen: null,
  });
  readonly tracks = new Value<StageTrack[]>([]);
  /** Calls made as this participant. */
  readonly api: Api = createApi(() => this.state.get().admission?.edge.token);
  readonly #admit: Admit;
  #rpc: Rpc | undefined;
  #receiver: StageReceiver | undefined;
  #left = false;
  #wake: (() => void) | undefined;

  constructor(admit: Admit) {
    this.#admit = admit;
  }

  get receiver(): StageReceiver | undefined {
    return this.#receiver;
  }

  enter(): void {
    if (this.state.get().connection !== "idle") return;
    performance.mark("rostrum:join-click");
    this.#patch({ connection: "connecting" });
    void this.#stay();
  }

  leave(): void {
    this.#left = true;
    this.#wake?.();
    this.#receiver?.close();
    this.#rpc?.close();
  }

  #patch(change: Partial<RoomState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  async #stay(): Promise<void> {
    const tried: string[] = [];
    for (let attempt = 0; !this.#left; attempt++) {
      if (attempt > 0) await this.#pause(backoffMs(attempt - 1, Math.random()));
      if (this.#left) return;
      try {
        const end = await this.#attempt(tried);
        if (!end.retry) return this.#finish(end);
        // The first retry is at once; the next ones wait.
        attempt = -1;
      } catch (error) {
        if (this.#refused(error)) return;
        // Nobody would take us: one of the edges that failed may be back.
        if (!(error instanceof RostrumError)) tried.length = 0;
      }
      this.#patch({ connection: this.state.get().room ? "reconnecting" : "connecting" });
    }
  }

  /** One admission and its connection, avoiding the edges in `tried`. */
  async #attempt(tried: string[]): Promise<SocketEnd> {
    const admission = await this.#admitted(tried);
    const { nodeId } = admission.edge;
    tried.push(nodeId);
    return this.#attend(admission, () => tried.splice(0, tried.length, nodeId));
  }

  async #admitted(excluded: string[]): Promise<Admission> {
    const fallen = startsWithHls(recallPath(), Date.now()) ?? null;
    const admission = await this.#admit(excluded, fallen ? "hls" : undefined);
    const { delivery, role } = admission;
    const here = role === "attendee" && delivery === "hls" ? fallen : null;
    this.#patch({ admission, delivery, fallen: here, path: here ? "hls" : null });
    return admission;
  }

  /** True when asking again is of no use. */
  #refused(error: unknown): boolean {
    const fault = wireError(error);
    if (!refusals.has(fault.code)) return false;
    this.#patch({ connection: "refused", fault: fault.message });
    return true;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #finish(end: SocketEnd): void {
    const texts: Record<string, string> = {
      replaced: "You joined from another window or device.",
      removed: "The host has removed you from this webinar.",
      unauthorized: "Your link is no longer valid.",
    };
    this.#patch({ connection: "ended", fault: texts[end.reason] ?? null });
  }

  /** One connection from hello to its end. */
  async #attend(admission: Admission, connected: () => void): Promise<SocketEnd> {
    const { rpc, hello } = await Rpc.connect(admission.edge.url, admission.edge.token);
    this.#rpc = rpc;
    const { snapshot } = edgeMethods.hello.response.parse(hello);
    if (snapshot) this.#patch({ room: snapshot });
    this.#follow(rpc);
    this.#patch({ connection: "connected", fault: null });
    connected();
    const reach = this.#receive(rpc, admission);
    const end = await rpc.ended;
    reach?.close();
    this.#receiver?.close();
    this.#receiver = undefined;
    return this.#left ? { ...end, retry: false } : end;
  }

  /** Receive the stage over WebRTC while it gets through. */
  #receive(rpc: Rpc, admission: Admission): ReachWatch | undefined {
    const { fallen } = this.state.get();
    if (fallen) tellPath(rpc, "hls", fallen);
    if (admission.delivery !== "webrtc" || admission.role !== "attendee") return undefined;
    if (!hasWebRtc()) {
      this.#fall(rpc, noWebRtc);
      return undefined;
    }
    const reach = new ReachWatch({
      iceServers: admission.iceServers,
      restartIce: (transportId) => restartIce(rpc, transportId),
      onPath: (path, reason) => {
        tellPath(rpc, path, reason);
        this.#patch({ path });
      },
      onFall: (reason) => this.#fall(rpc, reason),
    });
    this.#receiver = new StageReceiver(rpc, this.tracks);
    this.#receiver.start(admission.iceServers, reach).catch(() => rpc.close());
    return reach;
  }

  /** The room stays as it is; only the picture comes another way from now on. */
  #fall(rpc: Rpc, reason: string): void {
    this.#receiver?.close();
    this.#receiver = undefined;
    tellPath(rpc, "hls", reason);
    this.#patch({ delivery: "hls", path: "hls", fallen: reason });
  }

  /** Ask for an interactive place again, for somebody whose network may have changed. */
  retryWebRtc(): void {
    forgetPath();
    this.#rpc?.retry();
  }

  #follow(rpc: Rpc): void {
    rpc.on("room.event", (data) => {
      const event = edgeEvents["room.event"].safeParse(data);
      const { room } = this.state.get();
      if (!event.success || !room || event.data.seq <= room.seq) return;
      this.#patch({ room: evolveRoom(room, event.data.body, { seq: event.data.seq, epoch: room.epoch }) });
    });
    rpc.on("room.snapshot", (data) => {
      const snapshot = edgeEvents["room.snapshot"].safeParse(data);
      if (snapshot.success) this.#patch({ room: snapshot.data });
    });
    rpc.on("node.draining", (data) => {
      const draining = edgeEvents["node.draining"].safeParse(data);
      if (draining.success) setTimeout(() => rpc.close(), draining.data.delayMs);
    });
  }
}
