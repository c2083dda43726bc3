import {
  type Admission,
  type Delivery,
  type MediaPath,
  type RoomEvent,
  type RoomSnapshot,
  RostrumError,
} from "@rostrum/protocol";
import { evolveRoom } from "@rostrum/rules";
import { type Api, createApi, wireError } from "../client/api.ts";
import { EdgeSession, type SessionEvents } from "./edge-session.ts";
import { startsWithHls } from "./reach.ts";
import { forgetPath, recallPath } from "./reach-memory.ts";
import { prepareDevice, type StageReceiver, type StageTrack } from "./receive.ts";
import { Reconnect } from "./reconnect.ts";
import type { SocketEnd } from "./rpc.ts";
import { Value } from "./value.ts";

export type Connection = "idle" | "connecting" | "connected" | "reconnecting" | "ended" | "refused";

export type RoomState = {
  connection: Connection;
  admission: Admission | null;
  /** How the programme is shown now. */
  delivery: Delivery;
  /** Why it is the broadcast although a seat was wanted, for people. */
  tierReason: string | null;
  /** How the stage gets here, once it does. */
  path: MediaPath | null;
  /** True while the network has room for sound only. */
  videoHeld: boolean;
  /** Why WebRTC is not used although there is a seat: it did not get through. */
  fallen: string | null;
  room: RoomSnapshot | null;
  /** Why the room cannot be entered, for people. */
  fault: string | null;
};

/** `only`: a tier that must be, whatever the participant asked for. `servedBy`: the edge to stay on if it has room. */
type Wish = { only?: Delivery | undefined; servedBy?: string };
type Admit = (excludeEdges: string[], wish: Wish) => Promise<Admission>;
/** What ends one round on a connection: its end, or the wish to go elsewhere. */
type Turn = { end: SocketEnd } | { successor: EdgeSession };

/** Refusals that asking again does not change. */
export const finalRefusals: ReadonlySet<string> = new Set([
  "token.invalid",
  "not-found",
  "permission.denied",
  "session.required",
  "webinar.ended",
  "input.invalid",
]);

const endTexts: Record<string, string> = {
  replaced: "You joined from another window or device.",
  removed: "You may not be in this webinar any more.",
  unauthorized: "Your link is no longer valid.",
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One participant's presence in a room: admission, one connection to an edge, the room's state, the stage's tracks. When
 * the edge goes, admission is asked for again without it, at once and then with back-off, for as long as the room lives.
 * The old picture stays until there is a new one: a draining edge is left without a gap, a dead one without a blank.
 */
export class RoomConnection {
  readonly state = new Value<RoomState>({
    connection: "idle",
    admission: null,
    delivery: "webrtc",
    tierReason: null,
    path: null,
    videoHeld: false,
    fallen: null,
    room: null,
    fault: null,
  });
  readonly tracks = new Value<StageTrack[]>([]);
  /** Calls made as this participant. */
  readonly api: Api = createApi(() => this.state.get().admission?.edge.token);
  readonly #admit: Admit;
  readonly #reconnect = new Reconnect();
  #session: EdgeSession | undefined;
  #unwatch: () => void = () => {};
  /** Why the edge takes the seat back, until the broadcast plays. */
  #seatLost: string | undefined;
  #left = false;
  /** A tier that must be for now, whatever was asked for at the door. */
  #only: Delivery | undefined;
  /** Set by whatever wants the current round to go elsewhere. */
  #move: (excludeEdges: string[], delayMs: number) => void = () => {};

  constructor(admit: Admit) {
    this.#admit = admit;
  }

  get receiver(): StageReceiver | undefined {
    return this.#session?.receiver;
  }

  enter(): void {
    if (this.state.get().connection !== "idle") return;
    performance.mark("rostrum:join-click");
    this.#patch({ connection: "connecting" });
    void this.#stay();
  }

  leave(): void {
    this.#left = true;
    this.#session?.close();
  }

  /** The broadcast's picture is there: a seat that the edge took back is left now, and not before. */
  broadcastPlays(): void {
    const reason = this.#seatLost;
    if (reason === undefined) return;
    this.#seatLost = undefined;
    this.tracks.set([]);
    this.#session?.leaveSeat(reason).catch(() => undefined);
  }

  /** Receive over WebRTC from now on, without a reload: nobody talks with the delay of the broadcast. */
  async sitDown(): Promise<void> {
    this.#only = "webrtc";
    forgetPath();
    if (this.state.get().delivery === "hls") await this.#acceptSeat();
  }

  /** Back to what was asked for at the door; the picture stays until the broadcast's is there. */
  standUp(reason: string): void {
    this.#only = undefined;
    this.#seatLost = reason;
    this.#patch({ delivery: "hls", tierReason: null });
  }

  /** Ask for an interactive place again, for somebody whose network may have changed. */
  retryWebRtc(): void {
    forgetPath();
    this.#session?.lose("another try over WebRTC");
  }

  #patch(change: Partial<RoomState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  async #stay(): Promise<void> {
    const dead: string[] = [];
    while (!this.#left) {
      await sleep(this.#reconnect.next());
      if (this.#left) return;
      const startedAt = performance.now();
      try {
        const end = await this.#attend(await this.#open(dead));
        if (this.#left || !end.retry) return this.#finish(end);
        this.#reconnect.lasted(performance.now() - startedAt);
      } catch (error) {
        if (this.#refused(error)) return;
        // Nobody would take us: one of the edges that failed may be back.
        if (!(error instanceof RostrumError)) dead.length = 0;
      }
      this.#patch({ connection: this.state.get().room ? "reconnecting" : "connecting" });
    }
  }

  /** Admission and connection, avoiding the edges in `dead`; the edge is in there when this rejects or ends. */
  async #open(dead: string[]): Promise<EdgeSession> {
    const fallen = startsWithHls(recallPath(), Date.now());
    const admission = await this.#admit(dead, { only: fallen ? "hls" : this.#only });
    const { nodeId } = admission.edge;
    dead.push(nodeId);
    const { room } = this.state.get();
    const resume = room ? { epoch: room.epoch, seq: room.seq } : undefined;
    // What an edge took back was another seat.
    this.#seatLost = undefined;
    const { session } = await EdgeSession.open(admission, this.#events(), resume);
    dead.splice(0, dead.length, nodeId);
    if (this.#left) session.close();
    else if (admission.role === "attendee") {
      if (admission.delivery === "webrtc") session.receive();
      else if (fallen) session.tellPath("hls", fallen);
      this.#patch(fallen ? { fallen, path: "hls" } : { fallen: null });
    }
    return session;
  }

  /** Be on `session` and on those that take its place, until one ends with none to follow. */
  async #attend(first: EdgeSession): Promise<SocketEnd> {
    let session = first;
    for (;;) {
      const before = this.#session;
      // While the one before still plays, all tracks move at once; when it is dead, the first one that flows is news.
      const enough = session === first ? 1 : this.#expected();
      this.#session = session;
      const { admission } = session;
      this.#patch({ connection: "connected", admission, fault: null, tierReason: tierReason(admission) });
      if (admission.waiting) prepareDevice();
      await Promise.race([this.#show(session, enough), session.ended]);
      before?.lose("another connection has taken over");
      const turn = await this.#turn(session);
      if ("end" in turn) return turn.end;
      session = turn.successor;
    }
  }

  /** Let the tracks of `session` take the place of the ones there are, once it has any. */
  async #show(session: EdgeSession, enough: number): Promise<void> {
    const { role } = session.admission;
    const hasPicture = this.tracks.get().length > 0 || this.state.get().delivery === "hls";
    if (role === "attendee" && session.delivery === "webrtc" && hasPicture) await session.settled(enough);
    if (this.#session !== session) return;
    this.#unwatch();
    const copy = () => {
      // A connection that broke keeps its last picture until the next one has its own.
      if (this.#session === session) this.tracks.set(session.tracks.get());
    };
    this.#unwatch = session.tracks.subscribe(copy);
    copy();
    // It may have turned out meanwhile that the seat is of no use.
    const delivery = this.#seatLost === undefined ? session.delivery : "hls";
    this.#patch({ delivery, videoHeld: false });
  }

  /** Tracks that the stage sends. */
  #expected(): number {
    const sources = this.state.get().room?.stage.flatMap((member) => member.sources) ?? [];
    return Math.max(1, sources.length);
  }

  /** The end of `session`, or the connection that follows it. */
  #turn(session: EdgeSession): Promise<Turn> {
    return new Promise((resolve) => {
      let moving: Promise<EdgeSession | undefined> | undefined;
      this.#move = (excluded, delayMs) => {
        // Nobody else may take us: then we stay until the end and try like everyone whose edge has gone.
        moving ??= sleep(delayMs)
          .then(() => (this.#left ? undefined : this.#open([...excluded])))
          .catch(() => undefined);
        void moving.then((successor) => {
          if (successor) resolve({ successor });
          else moving = undefined;
        });
      };
      void session.ended.then(async (end) => {
        // One that has a successor may end later: what is watched by then is the successor's.
        if (this.#session === session) this.#unwatch();
        const successor = await moving;
        if (!successor) resolve({ end });
      });
    });
  }

  #events(): SessionEvents {
    return {
      onSnapshot: (room) => this.#patch({ room }),
      onEvent: (event) => this.#apply(event),
      onDraining: (delayMs) =>
        this.#move(this.#session ? [this.#session.admission.edge.nodeId] : [], delayMs),
      onPath: (path) => this.#patch({ path, fallen: null }),
      onFallen: (reason) => this.#patch({ delivery: "hls", path: "hls", fallen: reason }),
      onVideoHeld: (videoHeld) => this.#patch({ videoHeld }),
      onSeatLost: (reason) => {
        this.#seatLost = reason;
        this.#patch({ delivery: "hls", tierReason: reason });
      },
    };
  }

  #apply(event: RoomEvent): void {
    const { room } = this.state.get();
    if (!room || event.seq <= room.seq) return;
    this.#patch({ room: evolveRoom(room, event.body, { seq: event.seq, epoch: room.epoch }) });
    if (event.body.type === "seat.offered") void this.#acceptSeat();
  }

  /** A seat is kept for us: take it on this connection, or on one to the edge that has room. */
  async #acceptSeat(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    try {
      const admission = await this.#admit([], {
        only: this.#only,
        servedBy: session.admission.edge.nodeId,
      });
      if (admission.delivery !== "webrtc" || session !== this.#session) return;
      if (admission.edge.nodeId !== session.admission.edge.nodeId) return this.#move([], 0);
      this.#seatLost = undefined;
      await session.takeSeat(admission);
      await session.settled(this.#expected());
      // Taken back, or found to be of no use, in the meantime.
      if (session !== this.#session || session.delivery !== "webrtc") return;
      this.tracks.set(session.tracks.get());
      this.#patch({ delivery: "webrtc", tierReason: null, admission });
    } catch {
      // Another admission takes the seat, while it is kept, or waits for the next.
      session.lose("the seat could not be taken");
    }
  }

  /** True when asking again is of no use. */
  #refused(error: unknown): boolean {
    const fault = wireError(error);
    if (!finalRefusals.has(fault.code)) return false;
    this.#patch({ connection: "refused", fault: fault.message });
    return true;
  }

  #finish(end: SocketEnd): void {
    this.#session?.close();
    this.tracks.set([]);
    this.#patch({ connection: "ended", fault: endTexts[end.reason] ?? null });
    // Why exactly, the door says.
    if (end.reason === "removed")
      this.#admit([], {}).catch(
        (error: unknown) => this.#refused(error) && this.#patch({ connection: "ended" }),
      );
  }
}

/** Only what the participant did not choose needs a reason. */
const tierReason = ({ waiting, reasons }: Admission): string | null =>
  waiting ? `${reasons[0] ?? ""} You are watching the broadcast until one becomes free.`.trim() : null;
