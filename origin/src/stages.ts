import { Lease, type Log, type Redis, RemovedPeople, type Scope, type Tokens } from "@rostrum/platform";
import {
  type RoomEventBody,
  RostrumError,
  roomLogKey,
  type StageState,
  stageStateKey,
  type WebinarId,
} from "@rostrum/protocol";
import { mediaCodecs, type RoomEvents, type RoomFeed, type WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { askPreviousOwner } from "./previous-owner.ts";
import { Stage } from "./stage.ts";

export const stageLeaseKey = (webinarId: string): string => `lease:stage:${webinarId}`;
/** Renewed four times as often: an origin that dies without a word is succeeded after two seconds. */
const leaseTtlMs = 2000;
/** Without Redis nobody can succeed us, and whoever takes a stage asks us first: the stage goes on meanwhile. */
const silenceMs = 60_000;
/** Panelists of a stage that was taken over are given this long to come back. */
const returnMs = 10_000;
/** A stage that nobody publishes to or receives from is closed after this. */
const idleMs = 10_000;
/** The state is written again well before it would be forgotten. */
const stateSeconds = 60;

/** Owners write their leases into a new Redis within this, ms. */
const settleMs = 3000;

async function uptimeMs(redis: Redis): Promise<number> {
  const [, seconds] = /uptime_in_seconds:(\d+)/.exec(await redis.info("server")) ?? [];
  return Number(seconds ?? Number.POSITIVE_INFINITY) * 1000;
}

const elsewhere = (): RostrumError => new RostrumError("stage.elsewhere", "Another origin owns this stage.");

type StagesOptions = {
  nodeId: string;
  /** Where other nodes reach this one. */
  address: string;
  tokens: Tokens;
  redis: Redis;
  events: RoomEvents;
  feed: RoomFeed;
  pool: WorkerPool;
  scope: Scope;
  log: Log;
};

type Owned = { stage: Stage; lease: Lease };

/**
 * The stages this origin owns. Owning one takes its lease; losing the lease closes it. What is written on behalf of a
 * stage is refused once another origin has it: one that was stopped and goes on cannot speak for it any more.
 */
export class Stages {
  readonly #options: StagesOptions;
  readonly #stages = new Map<WebinarId, Promise<Owned>>();
  readonly #open = new Map<WebinarId, Owned>();
  readonly removed: RemovedPeople;
  #closed = false;

  constructor(options: StagesOptions) {
    this.#options = options;
    this.removed = new RemovedPeople(options.redis);
  }

  list(): Stage[] {
    return [...this.#open.values()].map(({ stage }) => stage);
  }

  /** The number of our lease while we have the stage. */
  fencingOf(webinarId: string): number | undefined {
    return this.#open.get(webinarId as WebinarId)?.lease.fencing;
  }

  /** The stage, opened when needed. Throws stage.elsewhere when another origin owns it, not-found when there is none. */
  async open(webinarId: WebinarId): Promise<Stage> {
    const { stage, lease } = await this.#owned(webinarId);
    // A process that was stopped wakes with its sockets' words waiting: it asks before it acts on them.
    if (!(await lease.confirm())) throw elsewhere();
    return stage;
  }

  /** Throws stage.elsewhere unless `stage` is still ours. */
  async confirm(stage: Stage): Promise<void> {
    const owned = this.#open.get(stage.webinarId);
    if (owned?.stage !== stage || !(await owned.lease.confirm())) throw elsewhere();
  }

  #owned(webinarId: WebinarId): Promise<Owned> {
    const known = this.#stages.get(webinarId);
    if (known) return known;
    if (this.#closed) return Promise.reject(new RostrumError("node.draining", "This origin is going away."));
    const opening = this.#create(webinarId);
    this.#stages.set(webinarId, opening);
    opening.catch(() => this.#stages.delete(webinarId));
    return opening;
  }

  /**
   * Let another origin have every stage while media goes on here, until all panelists have gone there or `graceMs` have
   * passed; none is opened here any more.
   */
  async handOver(graceMs: number): Promise<void> {
    this.#closed = true;
    const moving = [...this.#open.values()];
    // What is said for a stage from here on is the next owner's to say.
    this.#open.clear();
    await Promise.all(moving.map(({ lease }) => lease.release()));
    const deadline = performance.now() + graceMs;
    await Promise.all(
      moving.map(async ({ stage }) => {
        stage.move(graceMs);
        while (stage.panelistCount > 0 && performance.now() < deadline)
          await new Promise((resolve) => setTimeout(resolve, 50));
        await stage.scope.close("handed over");
      }),
    );
  }

  /** Give every stage away at once; none is opened any more. */
  async close(reason: string): Promise<void> {
    this.#closed = true;
    await Promise.all(this.list().map((stage) => stage.scope.close(reason)));
  }

  /** A worker process died: its stages are gone, and their panelists must come again. */
  workerDied(worker: types.Worker): void {
    for (const stage of this.list())
      if (stage.place.worker === worker) void stage.scope.close("the media worker died");
  }

  /** The lease of a stage that is nobody's, or whose owner is gone. Throws stage.elsewhere. */
  async #take(webinarId: WebinarId, scope: Scope): Promise<Lease> {
    const { nodeId, address, redis, tokens, log } = this.#options;
    const key = stageLeaseKey(webinarId);
    const taking = { redis, key, holder: nodeId, address, ttlMs: leaseTtlMs, silenceMs, scope };
    const last = await Lease.last(redis, key);
    // A Redis that came back empty knows of nobody: the owner, if there is one, tells it first.
    if (!last && (await uptimeMs(redis)) < settleMs)
      throw new RostrumError("node.unavailable", "Redis has only just started: trying again.");
    if (!last || last.holder === nodeId) {
      const lease = await Lease.take(taking);
      if (!lease) throw elsewhere();
      return lease;
    }
    const credential = await tokens.signNode({ nodeId, kind: "origin" });
    const previous = await askPreviousOwner(last, { webinarId, credential });
    const lease =
      previous === "owner"
        ? undefined
        : await Lease.take({ ...taking, ...(previous === "gone" ? { instead: last.fencing } : {}) });
    if (!lease) throw elsewhere();
    log.warn({ webinarId, from: last.holder, previous }, "stage taken over");
    return lease;
  }

  async #create(webinarId: WebinarId): Promise<Owned> {
    const { feed, pool, log, scope: parent } = this.#options;
    const first = await feed.snapshot(webinarId);
    const scope = parent.child(`stage ${webinarId}`);
    try {
      const lease = await this.#take(webinarId, scope);
      lease.onLost(() => void scope.close("lease lost"));
      const { router, place } = await pool.createRouter(mediaCodecs);
      const stage = await Stage.create({
        webinarId,
        router,
        place,
        scope,
        log: log.child({ webinarId }),
        publish: (body) => this.#publish(webinarId, body),
      });
      stage.setPhase(first.phase);
      stage.guests.follow(first);
      const owned = { stage, lease };
      this.#keep(owned);
      // Panelists of the origin before come here within seconds; who has not is on stage no more.
      if (first.stage.length > 0) stage.expect(first.stage, returnMs);
      log.info({ webinarId, fencing: lease.fencing }, "stage opened");
      return owned;
    } catch (error) {
      await scope.close("could not open");
      throw error;
    }
  }

  #keep(owned: Owned): void {
    const { stage, lease } = owned;
    const { webinarId, scope } = stage;
    this.#open.set(webinarId, owned);
    scope.add("entry", (reason) => {
      if (this.#open.get(webinarId) === owned) this.#open.delete(webinarId);
      this.#stages.delete(webinarId);
      this.#options.log.info({ webinarId, reason }, "stage closed");
    });
    this.#options.feed.follow(
      webinarId,
      {
        onSnapshot: (room) => {
          stage.setPhase(room.phase);
          stage.guests.follow(room);
          // Redis may have come back empty, and the room with it: what only the origin knows is told again.
          stage.tellAgain(room);
          scope.run("removed people", async () => stage.removePanelists(await this.removed.list(webinarId)));
        },
        onEvent: ({ body }) => {
          if (body.type === "phase.changed") stage.setPhase(body.phase);
          stage.guests.apply(body);
          if (body.type === "participant.removed") stage.removePanelists(new Set([body.participantId]));
        },
      },
      scope,
    );
    scope.every((stateSeconds / 6) * 1000, "stage state", () => this.#writeState(owned));
    scope.add("stage state", async () => {
      await lease.write(stageStateKey(webinarId), null, 1).catch(() => false);
    });
    let idleSince: number | undefined;
    scope.every(1000, "idle check", () => {
      idleSince = stage.idle ? (idleSince ?? Date.now()) : undefined;
      if (idleSince !== undefined && Date.now() - idleSince >= idleMs) void scope.close("idle");
    });
  }

  /** What a snapshot taken from now on says about the stage. */
  async #writeState({ stage, lease }: Owned): Promise<void> {
    const state: StageState = { members: stage.members(), speaker: stage.speaker.current };
    const text = stage.phase === "live" ? JSON.stringify(state) : null;
    await lease.write(stageStateKey(stage.webinarId), text, stateSeconds);
  }

  #publish(webinarId: WebinarId, body: RoomEventBody): void {
    const { events, scope, log } = this.#options;
    const owned = this.#open.get(webinarId);
    if (!owned) return;
    scope.run("publish", async () => {
      await this.#writeState(owned).catch((error: unknown) =>
        log.warn({ err: error, webinarId }, "could not write the stage's state"),
      );
      // A lost stage event heals: the members are announced again with the next change and in every snapshot.
      await events
        .appendFenced(
          roomLogKey(webinarId),
          { webinarId, at: Date.now(), audience: "all", body },
          owned.lease.fence,
        )
        .catch((error: unknown) =>
          log.warn({ err: error, webinarId, type: body.type }, "could not publish a room event"),
        );
    });
  }
}
