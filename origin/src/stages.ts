import { Lease, type Log, type Redis, type Scope } from "@rostrum/platform";
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
import { Stage } from "./stage.ts";

export const stageLeaseKey = (webinarId: string): string => `lease:stage:${webinarId}`;
const leaseTtlMs = 3000;
/** A stage that nobody publishes to or receives from is closed after this. */
const idleMs = 10_000;
/** The state is written again well before it would be forgotten. */
const stateSeconds = 60;

type StagesOptions = {
  nodeId: string;
  redis: Redis;
  events: RoomEvents;
  feed: RoomFeed;
  pool: WorkerPool;
  scope: Scope;
  log: Log;
};

/** The stages this origin owns. Owning one takes its lease; losing the lease closes it. */
export class Stages {
  readonly #options: StagesOptions;
  readonly #stages = new Map<WebinarId, Promise<Stage>>();
  readonly #open = new Map<WebinarId, Stage>();

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  list(): Stage[] {
    return [...this.#open.values()];
  }

  /** The stage, opened when needed. Throws stage.elsewhere when another origin owns it, not-found when there is none. */
  open(webinarId: WebinarId): Promise<Stage> {
    const known = this.#stages.get(webinarId);
    if (known) return known;
    const opening = this.#create(webinarId);
    this.#stages.set(webinarId, opening);
    opening.catch(() => this.#stages.delete(webinarId));
    return opening;
  }

  /** A worker process died: its stages are gone, and their panelists must come again. */
  workerDied(worker: types.Worker): void {
    for (const stage of this.list())
      if (stage.place.worker === worker) void stage.scope.close("the media worker died");
  }

  async #create(webinarId: WebinarId): Promise<Stage> {
    const { nodeId, redis, feed, pool, log, scope: parent } = this.#options;
    const first = await feed.snapshot(webinarId);
    const scope = parent.child(`stage ${webinarId}`);
    try {
      const lease = await Lease.take({
        redis,
        key: stageLeaseKey(webinarId),
        holder: nodeId,
        ttlMs: leaseTtlMs,
        scope,
      });
      if (!lease) throw new RostrumError("stage.elsewhere", "Another origin owns this stage.");
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
      this.#keep(stage);
      log.info({ webinarId, fencing: lease.fencing }, "stage opened");
      return stage;
    } catch (error) {
      await scope.close("could not open");
      throw error;
    }
  }

  #keep(stage: Stage): void {
    const { webinarId, scope } = stage;
    this.#open.set(webinarId, stage);
    scope.add("entry", (reason) => {
      this.#open.delete(webinarId);
      this.#stages.delete(webinarId);
      this.#options.log.info({ webinarId, reason }, "stage closed");
    });
    this.#options.feed.follow(
      webinarId,
      {
        onSnapshot: (room) => stage.setPhase(room.phase),
        onEvent: ({ body }) => {
          if (body.type === "phase.changed") stage.setPhase(body.phase);
        },
      },
      scope,
    );
    // Redis may have come back empty: what only the origin knows is told again.
    scope.every((stateSeconds / 6) * 1000, "stage state", () => this.#writeState(webinarId));
    scope.add("stage state", async () => {
      await this.#options.redis.del(stageStateKey(webinarId)).catch(() => 0);
    });
    let idleSince: number | undefined;
    scope.every(1000, "idle check", () => {
      idleSince = stage.idle ? (idleSince ?? Date.now()) : undefined;
      if (idleSince !== undefined && Date.now() - idleSince >= idleMs) void scope.close("idle");
    });
  }

  /** What a snapshot taken from now on says about the stage. */
  async #writeState(webinarId: WebinarId): Promise<void> {
    const stage = this.#open.get(webinarId);
    const key = stageStateKey(webinarId);
    if (stage?.phase !== "live") await this.#options.redis.del(key);
    else {
      const state: StageState = { members: stage.members(), speaker: stage.speaker.current };
      await this.#options.redis.set(key, JSON.stringify(state), "EX", stateSeconds);
    }
  }

  #publish(webinarId: WebinarId, body: RoomEventBody): void {
    const { events, scope, log } = this.#options;
    scope.run("publish", async () => {
      await this.#writeState(webinarId).catch((error: unknown) =>
        log.warn({ err: error, webinarId }, "could not write the stage's state"),
      );
      // A lost stage event heals: the members are announced again with the next change and in every snapshot.
      await events
        .append(roomLogKey(webinarId), { webinarId, at: Date.now(), audience: "all", body })
        .catch((error: unknown) =>
          log.warn({ err: error, webinarId, type: body.type }, "could not publish a room event"),
        );
    });
  }
}
