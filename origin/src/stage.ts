import type { Log, Scope } from "@rostrum/platform";
import type {
  MediaSource,
  ParticipantId,
  RoomEventBody,
  StageMember,
  StageProducer,
  WebinarId,
  WebinarPhase,
} from "@rostrum/protocol";
import { selectStage } from "@rostrum/rules";
import { Board, type PipeSource, type PoolWorker } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { Guests } from "./guests.ts";
import { SpeakerFeed } from "./speaker-feed.ts";

/** Speakers remembered for the choice of who is on stage. */
const keptSpeakers = 32;

type StageOptions = {
  webinarId: WebinarId;
  router: types.Router;
  place: PoolWorker;
  scope: Scope;
  log: Log;
  /** Publish a room event; failures are the publisher's to retry or drop. */
  publish: (body: RoomEventBody) => void;
};

type Panelist = {
  participantId: ParticipantId;
  replaced: () => void;
  /** They were erased: whatever token they hold, they are nobody here. */
  removed: () => void;
  phaseChanged: (phase: WebinarPhase) => void;
  /** Another origin takes the stage; this one goes on for `graceMs` at most. */
  moving: (graceMs: number) => void;
  membersChanged: (members: StageMember[]) => void;
};

/**
 * The stage of one webinar: who publishes what. `board` is what panelists see of each other, green room included;
 * `onAir` is what edges and egress get, and is empty unless the webinar is live.
 */
export class Stage {
  readonly webinarId: WebinarId;
  readonly router: types.Router;
  readonly place: PoolWorker;
  readonly scope: Scope;
  readonly board = new Board();
  readonly onAir = new Board();
  readonly guests = new Guests();
  readonly speaker: SpeakerFeed;
  readonly #options: StageOptions;
  readonly #panelists = new Map<ParticipantId, Panelist>();
  readonly #producers = new Map<
    string,
    { producer: types.Producer; source: MediaSource; openedAt: number }
  >();
  /** Who has spoken, the last one first. */
  #spoke: ParticipantId[] = [];
  #phase: WebinarPhase = "scheduled";
  /** Pipes and feeds that keep the stage open. */
  #receivers = 0;
  /** Who was on stage at the origin before this one, until they have come here or their time is over. */
  #expected: StageMember[] = [];
  readonly #movingListeners = new Set<() => void>();

  static async create(options: StageOptions): Promise<Stage> {
    const observer = await options.router.createAudioLevelObserver({
      interval: 200,
      threshold: -60,
      maxEntries: 8,
    });
    return new Stage(options, observer);
  }

  private constructor(options: StageOptions, observer: types.AudioLevelObserver) {
    this.#options = options;
    this.webinarId = options.webinarId;
    this.router = options.router;
    this.place = options.place;
    this.scope = options.scope;
    this.speaker = new SpeakerFeed({
      observer,
      scope: options.scope,
      onSpeaker: (participantId) => {
        if (participantId !== null) this.#noteSpeaker(participantId);
        if (this.#phase === "live") options.publish({ type: "speaker.changed", participantId });
      },
    });
    this.scope.add("router", () => options.router.close());
  }

  get phase(): WebinarPhase {
    return this.#phase;
  }

  get idle(): boolean {
    return this.#panelists.size === 0 && this.#receivers === 0;
  }

  get producers(): { producer: types.Producer; source: MediaSource }[] {
    return [...this.#producers.values()];
  }

  get panelistCount(): number {
    return this.#panelists.size;
  }

  /** Count a pipe or feed until the returned function is called. */
  addReceiver(): () => void {
    this.#receivers++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#receivers--;
    };
  }

  /** What edges take from here. */
  asPipeSource(): PipeSource {
    const { webinarId, scope, router, onAir } = this;
    return {
      webinarId,
      scope,
      router,
      board: onAir,
      addReceiver: () => this.addReceiver(),
      onMoving: (listener) => {
        this.#movingListeners.add(listener);
        return () => this.#movingListeners.delete(listener);
      },
    };
  }

  /** Another origin takes the stage: everybody is told to go there. Media here goes on. */
  move(graceMs: number): void {
    for (const panelist of this.#panelists.values()) panelist.moving(graceMs);
    for (const listener of this.#movingListeners) listener();
  }

  /** Those of the origin before this one count as on stage until they come, for `forMs`: nobody's tile goes meanwhile. */
  expect(members: StageMember[], forMs: number): void {
    this.#expected = members;
    this.scope.after(forMs, "who came back", () => {
      this.#expected = [];
      this.announceMembers();
    });
  }

  members(): StageMember[] {
    const members = new Map<ParticipantId, StageMember>(
      this.#expected.map((member) => [member.participantId, member]),
    );
    for (const { participantId, name, source } of this.board.list()) {
      const known = members.get(participantId) ?? { participantId, name, sources: [] };
      const sources = new Set([...known.sources, source]);
      members.set(participantId, { participantId, name, sources: [...sources] });
    }
    return [...members.values()];
  }

  setPhase(phase: WebinarPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    for (const panelist of this.#panelists.values()) panelist.phaseChanged(phase);
    if (phase === "live") this.announceMembers();
    this.#select();
  }

  /** Put on air what rules/stage-selection chooses of all that is published. */
  #select(): void {
    if (this.#phase !== "live") {
      this.onAir.clear();
      return;
    }
    const published = this.board.list();
    const candidates = published.map((one) => ({
      ...one,
      openedAt: this.#producers.get(one.producerId)?.openedAt ?? 0,
    }));
    const onStage = new Set(this.onAir.list().map(({ producerId }) => producerId));
    const chosen = selectStage(candidates, { pinned: [], speakers: this.#spoke, onStage });
    for (const producerId of onStage) if (!chosen.has(producerId)) this.onAir.remove(producerId);
    for (const one of published) if (chosen.has(one.producerId)) this.onAir.add(one);
  }

  #noteSpeaker(participantId: ParticipantId): void {
    this.#spoke = [participantId, ...this.#spoke.filter((other) => other !== participantId)].slice(
      0,
      keptSpeakers,
    );
    this.#select();
  }

  /** A panelist's socket took its place; an older socket of the same person is replaced. */
  join(panelist: Panelist): () => void {
    this.#panelists.get(panelist.participantId)?.replaced();
    this.#panelists.set(panelist.participantId, panelist);
    return () => {
      if (this.#panelists.get(panelist.participantId) === panelist)
        this.#panelists.delete(panelist.participantId);
    };
  }

  removePanelists(gone: ReadonlySet<ParticipantId>): void {
    for (const panelist of this.#panelists.values()) if (gone.has(panelist.participantId)) panelist.removed();
  }

  addProducer(producer: types.Producer, described: StageProducer): void {
    const { producerId, kind, source, participantId } = described;
    this.#producers.set(producerId, { producer, source, openedAt: Date.now() });
    producer.observer.on("pause", () => this.#setPaused(producerId, true));
    producer.observer.on("resume", () => this.#setPaused(producerId, false));
    producer.observer.once("close", () => {
      this.#producers.delete(producerId);
      this.board.remove(producerId);
      this.onAir.remove(producerId);
      this.#select();
      this.announceMembers();
    });
    this.board.add(described);
    this.#select();
    if (kind === "audio" && source === "microphone") this.speaker.add(producer, participantId);
    this.announceMembers();
  }

  #setPaused(producerId: string, paused: boolean): void {
    this.board.setPaused(producerId, paused);
    this.onAir.setPaused(producerId, paused);
  }

  /** The room as others see it now: where it lacks what is on stage here, they are told. */
  tellAgain(room: { stage: StageMember[]; speaker: ParticipantId | null }): void {
    const members = this.members();
    if (this.#phase !== "live" || members.length === 0) return;
    if (JSON.stringify(members) !== JSON.stringify(room.stage)) this.announceMembers();
    const speaker = this.speaker.current;
    if (speaker !== null && speaker !== room.speaker)
      this.#options.publish({ type: "speaker.changed", participantId: speaker });
  }

  announceMembers(): void {
    if (this.scope.closed) return;
    const members = this.members();
    for (const panelist of this.#panelists.values()) panelist.membersChanged(members);
    if (this.#phase === "live") this.#options.publish({ type: "stage.changed", members });
  }
}
