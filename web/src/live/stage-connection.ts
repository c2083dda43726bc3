import type { Admission, MediaSource, StageMember, WebinarPhase } from "@rostrum/protocol";
import { wireError } from "../client/api.ts";
import type { StageTrack } from "./receive.ts";
import { Reconnect } from "./reconnect.ts";
import { finalRefusals } from "./room-connection.ts";
import { type LocalTrack, StageSession } from "./stage-session.ts";
import { Value } from "./value.ts";

export type { LocalTrack } from "./stage-session.ts";
export type StageState = {
  connection: "connecting" | "connected" | "reconnecting" | "ended";
  phase: WebinarPhase;
  members: StageMember[];
  local: LocalTrack[];
  fault: string | null;
};

/**
 * A stage that moves is sent to both origins for this long, ms: edges link to the next one, and people have its first
 * key frames, before the last one ends.
 */
const overlapMs = 2500;

/** A session, and the moment when its origin tells that it goes away. */
type Visit = { session: StageSession; moving: Promise<void> };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A host's or panelist's place on the stage: publishes to the origin and receives the others from it. Local tracks
 * outlive a lost connection and are published again on the next one. An origin that goes away is left only when the
 * next one has everything.
 */
export class StageConnection {
  readonly state = new Value<StageState>({
    connection: "connecting",
    phase: "scheduled",
    members: [],
    local: [],
    fault: null,
  });
  readonly tracks = new Value<StageTrack[]>([]);
  readonly #admit: (excluded: string[]) => Promise<Admission>;
  readonly #receives: boolean;
  readonly #local = new Map<MediaSource, LocalTrack>();
  /** One; two while the stage moves, the one to go to last. */
  #sessions: StageSession[] = [];
  #left = false;
  #queue: Promise<void> = Promise.resolve();

  /** `receives`: the others on stage come over this connection too, and not from an edge. */
  constructor(admit: (excluded: string[]) => Promise<Admission>, { receives }: { receives: boolean }) {
    this.#admit = admit;
    this.#receives = receives;
  }

  enter(): void {
    void this.#stay();
  }

  leave(): void {
    this.#left = true;
    for (const { track } of this.#local.values()) track.stop();
    for (const session of this.#sessions) session.leave();
  }

  #patch(change: Partial<StageState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  async #stay(): Promise<void> {
    const reconnect = new Reconnect();
    // The origin that was lost is passed over once: a dead one is still in the books for a moment.
    let lost: string[] = [];
    while (!this.#left) {
      await sleep(reconnect.next());
      if (this.#left) return;
      const startedAt = performance.now();
      try {
        const admission = await this.#admit(lost);
        const nodeId = admission.stage?.nodeId ?? "";
        lost = lost.length === 0 ? [nodeId] : [];
        const last = await this.#attend(await this.#open(admission));
        lost = [last.nodeId];
        if (this.#left || !(await last.ended).retry) return this.#patch({ connection: "ended" });
        reconnect.lasted(performance.now() - startedAt);
      } catch (error) {
        const fault = wireError(error);
        if (finalRefusals.has(fault.code)) return this.#patch({ connection: "ended", fault: fault.message });
      }
      this.#patch({ connection: "reconnecting" });
    }
  }

  /** A session with everything on it that is sent now. */
  async #open(admission: Admission): Promise<Visit> {
    const moving = Promise.withResolvers<void>();
    let session: StageSession | undefined;
    // While the stage moves, the origin that it moves to is believed.
    const isLast = (): boolean => session === undefined || session === this.#sessions.at(-1);
    // What is told while the session is still being built is newer than what its greeting said.
    const news: Partial<Pick<StageState, "phase" | "members">> = {};
    const hear = (change: typeof news): void => {
      Object.assign(news, change);
      if (isLast()) this.#patch(change);
    };
    const opened = await StageSession.open(admission, {
      receives: this.#receives,
      onPhase: (phase) => hear({ phase }),
      onMembers: (members) => hear({ members }),
      onMoving: moving.resolve,
    });
    session = opened.session;
    this.#sessions.push(session);
    if (this.#left) session.leave();
    const { phase, members } = opened;
    this.#patch({ connection: "connected", phase, members, fault: null, ...news });
    for (const local of this.#local.values()) await this.#publish(local, [session]);
    return { session, moving: moving.promise };
  }

  /** Be on stage at an origin and at those that follow it; answers the session that ended with none to follow. */
  async #attend(first: Visit): Promise<StageSession> {
    for (let visit = first; ; ) {
      const { session } = visit;
      const show = () => this.tracks.set(session.tracks.get());
      const unwatch = session.tracks.subscribe(show);
      show();
      const next = await this.#nextAfter(visit);
      unwatch();
      this.#sessions = this.#sessions.filter((other) => other !== session);
      session.close();
      if (!next) return session;
      visit = next;
    }
  }

  /** Undefined once the session has ended and nothing follows it. */
  async #nextAfter({ session, moving }: Visit): Promise<Visit | undefined> {
    let following: Promise<Visit | undefined> = Promise.resolve(undefined);
    const told = moving.then(() => {
      following = this.#follow(session).catch(() => undefined);
      return following;
    });
    const ended = session.ended.then(() => following);
    // Nobody else takes the stage: we stay until the end and try like everyone whose origin has gone.
    return (await Promise.race([told, ended])) ?? ended;
  }

  /** Publish at the next origin, and give the edges time to take it from there. */
  async #follow(session: StageSession): Promise<Visit> {
    const visit = await this.#open(await this.#admit([session.nodeId]));
    await Promise.race([sleep(overlapMs), session.ended]);
    return visit;
  }

  /** Send a track as `source`; a track that ends by itself (a stopped share, an unplugged camera) is withdrawn. */
  async add(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    await this.remove(source);
    if (source === "screen" && "contentHint" in track) track.contentHint = "detail";
    const local: LocalTrack = { source, track, paused: false };
    this.#local.set(source, local);
    track.addEventListener("ended", () => void this.remove(source, track));
    this.#announce();
    await this.#publish(local, this.#sessions);
  }

  async remove(source: MediaSource, only?: MediaStreamTrack): Promise<void> {
    const local = this.#local.get(source);
    if (!local || (only && local.track !== only)) return;
    this.#local.delete(source);
    local.track.stop();
    this.#announce();
    await Promise.all(this.#sessions.map((session) => session.withdraw(source)));
  }

  /** Mute or unmute without giving the device back. */
  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const local = this.#local.get(source);
    if (!local) return;
    this.#local.set(source, { ...local, paused });
    local.track.enabled = !paused;
    this.#announce();
    await Promise.all(this.#sessions.map((session) => session.setPaused(source, paused)));
  }

  #announce(): void {
    this.#patch({ local: [...this.#local.values()] });
  }

  #publish(local: LocalTrack, sessions: readonly StageSession[]): Promise<void> {
    this.#queue = this.#queue
      .then(async () => {
        for (const session of sessions) await session.publish(local);
      })
      .catch((error: unknown) =>
        this.#patch({
          fault: `Your ${local.source} could not be sent: ${error instanceof Error ? error.message : "unknown"}`,
        }),
      );
    return this.#queue;
  }
}
