import type { Log, Redis, RemovedPeople, Scope, SeatLedger } from "@rostrum/platform";
import { type Presence, RostrumError, type WebinarId } from "@rostrum/protocol";
import type { PipeSource, RoomEvents, RoomFeed, WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { Audience } from "./audience.ts";
import { countPresence } from "./presence.ts";
import type { LinkContext } from "./stage-link.ts";

/** An audience with nobody in it is closed after this. */
const idleMs = 15_000;

type AudiencesOptions = {
  pool: WorkerPool;
  feed: RoomFeed;
  events: RoomEvents;
  redis: Redis;
  ledger: SeatLedger;
  removed: RemovedPeople;
  link: LinkContext;
  scope: Scope;
  log: Log;
};

/** The webinars this edge serves: opened by the first participant, closed some time after the last. */
export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #opening = new Map<WebinarId, Promise<Audience>>();
  readonly #open = new Map<WebinarId, Audience>();

  constructor(options: AudiencesOptions) {
    this.#options = options;
  }

  list(): Audience[] {
    return [...this.#open.values()];
  }

  open(webinarId: WebinarId): Promise<Audience> {
    const known = this.#opening.get(webinarId);
    if (known) return known;
    const opening = this.#create(webinarId);
    this.#opening.set(webinarId, opening);
    opening.catch(() => this.#opening.delete(webinarId));
    return opening;
  }

  /** The stage of a webinar, for an edge below; throws node.unavailable when it is not here. */
  async sourceOf(webinarId: WebinarId): Promise<PipeSource> {
    const audience = this.#open.get(webinarId);
    if (!audience) throw new RostrumError("node.unavailable", "This edge does not serve the webinar.");
    return audience.asPipeSource();
  }

  /** A worker process died: everybody on it must come again. */
  workerDied(worker: types.Worker): void {
    for (const audience of this.list())
      if (audience.workerDied(worker)) void audience.scope.close("the media worker died");
  }

  async #create(webinarId: WebinarId): Promise<Audience> {
    const { pool, feed, ledger, removed, link, log, scope: parent, redis, events } = this.#options;
    const scope = parent.child(`audience ${webinarId}`);
    try {
      const audience = await Audience.open({
        webinarId,
        pool,
        feed,
        ledger,
        removed,
        link,
        scope,
        log: log.child({ webinarId }),
      });
      this.#open.set(webinarId, audience);
      scope.add("entry", () => {
        this.#open.delete(webinarId);
        this.#opening.delete(webinarId);
      });
      countPresence({ redis, events, webinarId, nodeId: link.nodeId, scope, count: () => counts(audience) });
      this.#closeWhenIdle(audience);
      return audience;
    } catch (error) {
      await scope.close("could not open");
      throw error;
    }
  }

  #closeWhenIdle(audience: Audience): void {
    let idleSince: number | undefined;
    audience.scope.every(1000, "idle check", () => {
      const idle = audience.fanOut.attendees.size === 0;
      idleSince = idle ? (idleSince ?? Date.now()) : undefined;
      if (idleSince !== undefined && Date.now() - idleSince >= idleMs) void audience.scope.close("idle");
    });
  }
}

function counts(audience: Audience): Presence {
  const attendees = [...audience.fanOut.attendees].filter((attendee) => attendee.claims.role === "attendee");
  const hls = attendees.filter((attendee) => attendee.delivery === "hls").length;
  const paths: Presence["paths"] = {};
  for (const { path } of attendees) if (path) paths[path] = (paths[path] ?? 0) + 1;
  const relieved = attendees.filter((attendee) => attendee.relieved).length;
  return { webrtc: attendees.length - hls, hls, paths, relieved };
}
