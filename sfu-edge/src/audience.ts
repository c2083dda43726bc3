import type { Log, LogPosition, RemovedPeople, Scope, SeatLedger } from "@rostrum/platform";
import type { ParticipantId, RoomEvent, RoomEventDraft, RoomSnapshot, WebinarId } from "@rostrum/protocol";
import { engagementIn, evolveRoom, handOf, type Receiver, roomFor } from "@rostrum/rules";
import { type PipeSource, type RoomFeed, RouterSet, type WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { Attendee } from "./attendee.ts";
import { FanOut, mayHear } from "./fan-out.ts";
import { RecentEvents } from "./recent-events.ts";
import { leftForGood, SeatKeeper } from "./seats.ts";
import { StageFeed } from "./stage-feed.ts";
import type { LinkContext, PipedProducer } from "./stage-link.ts";

/** Time to have the broadcast's picture before the stage's ends, ms. */
const seatGraceMs = 8000;

type AudienceOptions = {
  webinarId: WebinarId;
  pool: WorkerPool;
  feed: Pick<RoomFeed, "snapshot" | "follow">;
  ledger: SeatLedger;
  removed: RemovedPeople;
  link: LinkContext;
  scope: Scope;
  log: Log;
};

/** One webinar on this edge: its room, its sockets, and, while somebody receives, its stage. */
export class Audience {
  readonly webinarId: WebinarId;
  readonly scope: Scope;
  readonly fanOut = new FanOut();
  readonly routers: RouterSet;
  readonly #seats: SeatKeeper;
  readonly #recent = new RecentEvents();
  readonly #removed: RemovedPeople;
  readonly #feed: StageFeed;
  #room: RoomSnapshot;

  /** Throws not-found when there is no such webinar. */
  static async open(options: AudienceOptions): Promise<Audience> {
    const { pool, scope, log } = options;
    const room = await options.feed.snapshot(options.webinarId);
    return new Audience(options, room, await RouterSet.open({ pool, scope, log }));
  }

  private constructor(options: AudienceOptions, room: RoomSnapshot, routers: RouterSet) {
    const { webinarId, scope, ledger } = options;
    this.#removed = options.removed;
    this.webinarId = webinarId;
    this.scope = scope;
    this.#room = room;
    this.routers = routers;
    this.#seats = new SeatKeeper({ ledger, webinarId, fanOut: this.fanOut, scope });
    options.feed.follow(
      webinarId,
      {
        onSnapshot: (snapshot) => this.#replaceRoom(snapshot),
        onEvent: (event, at) => this.#apply(event, at),
      },
      scope,
    );
    const { link: context, log } = options;
    const wanted = () => ({ receivers: this.receivers, phase: this.#room.phase });
    this.#feed = new StageFeed({ webinarId, context, routers, scope, log, wanted });
  }

  get receivers(): number {
    return [...this.fanOut.attendees].filter((attendee) => attendee.receives).length;
  }

  /** What comes in from the stage. */
  get pipedProducers(): PipedProducer[] {
    return this.#feed.producers;
  }

  get linked(): boolean {
    return this.#feed.linked;
  }

  /** What edges below take from here; throws node.unavailable while the stage is not here. */
  asPipeSource(): PipeSource {
    return this.#feed.asPipeSource();
  }

  /**
   * Add a participant, who leaves with their socket, and tell what they have missed since `resume`: the room, when that
   * cannot be said. Nothing comes between the answer and the next event.
   */
  enter(attendee: Attendee, resume: LogPosition | undefined): RoomSnapshot | RoomEvent[] {
    attendee.socket.scope.add("room", this.fanOut.add(attendee));
    this.#feed.nudge();
    const { epoch, seq } = this.#room;
    const missed = resume && this.#recent.since(resume, { epoch, seq });
    if (missed) return missed.filter((event) => mayHear(attendee, event));
    return roomFor(this.#room, attendee.hosts ? "hosts" : attendee.claims);
  }

  /** Let somebody receive here who is in the room. */
  async seat(attendee: Attendee): Promise<void> {
    const { branch, release } = await this.routers.take();
    if (attendee.socket.closed || attendee.branch) {
      release();
      return;
    }
    attendee.sit(branch, release);
    attendee.socket.scope.add("seat ledger", () => {
      if (attendee.receives) this.#seats.freed(attendee, leftForGood(attendee.socket.closedWith?.code));
    });
    this.#seats.taken(attendee);
    this.#feed.nudge();
  }

  /** The opposite: they watch over HLS from now on. */
  async unseat(attendee: Attendee, reason: string): Promise<void> {
    if (!attendee.receives) return;
    await attendee.stand(reason);
    this.#seats.freed(attendee, true);
    this.#feed.nudge();
  }

  #replaceRoom(room: RoomSnapshot): void {
    // Presence is counted by the edges themselves: a snapshot from the database does not know it.
    // Neither does one taken while Redis was empty know the stage, which is linked here all the same.
    const { presence, stage, speaker } = this.#room;
    const unknown = room.phase === "live" && room.stage.length === 0 && this.linked;
    this.#room = { ...room, presence, ...(unknown ? { stage, speaker } : {}) };
    this.#recent.clear();
    this.fanOut.sendBoth("room.snapshot", { hosts: this.#room, all: roomFor(this.#room, "all") });
    // What all got has nobody's hand in it.
    for (const { hosts, claims, socket } of this.fanOut.attendees)
      if (!hosts && handOf(room.hands, claims.participantId))
        socket.notify("room.snapshot", roomFor(this.#room, claims));
    this.#feed.nudge();
    this.scope.run("removed people", () => this.#closeRemoved());
  }

  /** Whoever may not be here leaves: the room is read again for it, when they were not named by an event. */
  async #closeRemoved(): Promise<void> {
    this.#close(await this.#removed.list(this.webinarId));
  }

  #close(removed: ReadonlySet<ParticipantId>): void {
    if (removed.size === 0) return;
    for (const attendee of this.fanOut.attendees)
      if (removed.has(attendee.claims.participantId)) attendee.socket.close("removed");
  }

  #apply(draft: RoomEventDraft, at: LogPosition): void {
    this.#room = evolveRoom(this.#room, draft.body, at);
    const event: RoomEvent = { ...draft, seq: at.seq };
    this.#recent.add(event, at.epoch);
    this.fanOut.send(event);
    const { type } = event.body;
    if (type === "phase.changed" || type === "stage.changed") this.#feed.nudge();
    this.#noteEngagement(event);
    if (event.body.type === "participant.removed") this.#close(new Set([event.body.participantId]));
    if (type === "seat.offered")
      for (const attendee of this.fanOut.attendees)
        if (attendee.claims.participantId === event.to) attendee.stopWaiting();
  }

  /** What the room forgets: chat that scrolled away, hands that were taken down. */
  #noteEngagement({ body }: RoomEvent): void {
    const who =
      (body.type === "hand.raised" && body.hand.participantId) ||
      (body.type === "chat.posted" && body.message.participantId);
    if (!who) return;
    for (const attendee of this.fanOut.attendees)
      if (attendee.claims.participantId === who) attendee.engagedAt = Date.now();
  }

  /** How somebody here stands when the edge must be relieved. */
  standing({ claims, idle, joinedAt, leaving, engagedAt: here }: Attendee): Receiver {
    const { engagedAt, needed } = engagementIn(this.#room, claims.participantId);
    return {
      id: claims.participantId,
      idle,
      joinedAt,
      leaving,
      needed,
      engagedAt: Math.max(here, engagedAt),
    };
  }

  /** Take somebody's seat to relieve this edge: they have `graceMs` to start the broadcast. */
  relieve(attendee: Attendee, reason: string): void {
    const cancel = attendee.socket.scope.after(seatGraceMs, "seat lost", () => this.unseat(attendee, reason));
    attendee.leaveSoon(cancel);
    attendee.socket.notify("seat.lost", { reason, graceMs: seatGraceMs });
  }

  /** A worker process died. True: the stage came in there, and this audience is over. */
  workerDied(worker: types.Worker): boolean {
    if (this.routers.ingress.place.worker === worker) {
      for (const attendee of this.fanOut.attendees) attendee.socket.close("restarting");
      return true;
    }
    for (const attendee of this.fanOut.attendees)
      if (attendee.branch?.place.worker === worker) attendee.socket.close("restarting");
    return false;
  }
}
