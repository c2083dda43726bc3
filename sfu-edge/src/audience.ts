import { type Log, type LogPosition, Reconciler, type Scope } from "@rostrum/platform";
import type { RoomEventDraft, RoomSnapshot, WebinarId } from "@rostrum/protocol";
import { decideLink, evolveRoom, roomFor } from "@rostrum/rules";
import { Board, mediaCodecs, type PoolWorker, type RoomFeed, type WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { Attendee } from "./attendee.ts";
import { FanOut } from "./fan-out.ts";
import { type LinkContext, StageLink } from "./stage-link.ts";

type AudienceOptions = {
  webinarId: WebinarId;
  pool: WorkerPool;
  feed: RoomFeed;
  link: LinkContext;
  scope: Scope;
  log: Log;
};

/** One webinar on this edge: its room, its sockets, and, while somebody receives, its stage. */
export class Audience {
  readonly webinarId: WebinarId;
  readonly scope: Scope;
  readonly fanOut = new FanOut();
  readonly board = new Board();
  readonly router: types.Router;
  readonly place: PoolWorker;
  readonly #options: AudienceOptions;
  readonly #links: Reconciler;
  #room: RoomSnapshot;
  #link: StageLink | undefined;
  #unwantedSince: number | null = null;

  /** Throws not-found when there is no such webinar. */
  static async open(options: AudienceOptions): Promise<Audience> {
    const room = await options.feed.snapshot(options.webinarId);
    const { router, place } = await options.pool.createRouter(mediaCodecs);
    return new Audience(options, { room, router, place });
  }

  private constructor(
    options: AudienceOptions,
    made: { room: RoomSnapshot; router: types.Router; place: PoolWorker },
  ) {
    this.#options = options;
    this.webinarId = options.webinarId;
    this.scope = options.scope;
    this.#room = made.room;
    this.router = made.router;
    this.place = made.place;
    this.scope.add("router", () => made.router.close());
    options.feed.follow(
      options.webinarId,
      {
        onSnapshot: (room) => this.#replaceRoom(room),
        onEvent: (event, at) => this.#apply(event, at),
      },
      this.scope,
    );
    this.#links = new Reconciler(this.scope, {
      name: "stage link",
      everyMs: 500,
      reconcile: () => this.#reconcileLink(),
    });
  }

  get room(): RoomSnapshot {
    return this.#room;
  }

  get receivers(): number {
    return [...this.fanOut.attendees].filter((attendee) => attendee.receives).length;
  }

  get linked(): boolean {
    return this.#link !== undefined;
  }

  /** Add a participant; they leave with their socket. */
  admit(attendee: Attendee): void {
    attendee.socket.scope.add("seat", this.fanOut.add(attendee));
    if (attendee.receives)
      attendee.attachMedia({ router: this.router, place: this.place, board: this.board }, this.#options.log);
    this.#links.nudge();
  }

  #replaceRoom(room: RoomSnapshot): void {
    // Presence is counted by the edges themselves: a snapshot from the database does not know it.
    // Neither does one taken while Redis was empty know the stage, which is linked here all the same.
    const { presence, stage, speaker } = this.#room;
    const unknown = room.phase === "live" && room.stage.length === 0 && this.linked;
    this.#room = { ...room, presence, ...(unknown ? { stage, speaker } : {}) };
    this.fanOut.sendBoth("room.snapshot", { hosts: this.#room, all: roomFor(this.#room, "all") });
    this.#afterPhase();
  }

  #apply(event: RoomEventDraft, at: LogPosition): void {
    this.#room = evolveRoom(this.#room, event.body, at);
    this.fanOut.send("room.event", { ...event, seq: at.seq }, event.audience);
    if (event.body.type === "phase.changed") this.#afterPhase();
    if (event.body.type === "stage.changed") this.#links.nudge();
  }

  #afterPhase(): void {
    this.#links.nudge();
  }

  async #reconcileLink(): Promise<void> {
    if (this.#link?.scope.closed) this.#link = undefined;
    const { act, unwantedSince, reason } = decideLink(
      {
        receivers: this.receivers,
        phase: this.#room.phase,
        linked: this.linked,
        unwantedSince: this.#unwantedSince,
      },
      Date.now(),
    );
    this.#unwantedSince = unwantedSince;
    if (act === "open") this.#link = await this.#openLink();
    if (act !== "close") return;
    await this.#link?.scope.close(reason);
    this.#link = undefined;
  }

  async #openLink(): Promise<StageLink | undefined> {
    const { link: context, webinarId, log } = this.#options;
    try {
      const opened = await StageLink.open({
        context,
        webinarId,
        router: this.router,
        board: this.board,
        scope: this.scope,
      });
      opened?.scope.add("reconcile", () => this.#links.nudge());
      return opened;
    } catch (error) {
      log.warn({ err: error, webinarId }, "could not link to the stage; trying again");
      return undefined;
    }
  }
}
