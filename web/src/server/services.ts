import { type Executor, findRegistrantsByTokens, openDatabase, type Registrant } from "@rostrum/db";
import {
  connectRedis,
  createLog,
  createTokens,
  EventLog,
  type Log,
  type Redis,
  Registry,
  RemovedPeople,
  Scope,
  SeatLedger,
  type Tokens,
} from "@rostrum/platform";
import { RoomEventDraft } from "@rostrum/protocol";
import type { WebConfig } from "../config.ts";
import { Announcer } from "./announcer.ts";
import { DeviceBook } from "./device-book.ts";
import { EdgeBoard } from "./edge-board.ts";
import { createMeasures, type Measures } from "./measures.ts";
import { Together } from "./together.ts";

/** What the server side of web is built from: one set per process. */
export type Services = {
  config: WebConfig;
  log: Log;
  /** The database, or a transaction of it. */
  db: Executor;
  redis: Redis;
  tokens: Tokens;
  registry: Registry;
  edges: Pick<EdgeBoard, "look" | "send">;
  events: EventLog<RoomEventDraft>;
  /** Who holds a personal link, by its hash. */
  registrants: Together<Registrant>;
  seats: SeatLedger;
  removed: RemovedPeople;
  devices: Pick<DeviceBook, "note">;
  announcer: Announcer;
  measures: Measures;
  scope: Scope;
};

export function createServices(config: WebConfig, name: string): Services {
  const log = createLog({ service: name, nodeId: config.NODE_ID, level: config.LOG_LEVEL });
  const scope = new Scope(name, log);
  const database = openDatabase(config.DATABASE_URL);
  scope.add("database", () => database.close());
  const redis = connectRedis(config.REDIS_URL, { log, scope, name });
  const subscriber = connectRedis(config.REDIS_URL, { log, scope, name: `${name}-subscriber` });
  const registry = new Registry(redis);
  return {
    config,
    log,
    db: database.db,
    redis,
    tokens: createTokens(config.ROSTRUM_SECRET),
    registry,
    edges: new EdgeBoard(redis, registry),
    registrants: new Together((hashes) => findRegistrantsByTokens(database.db, hashes)),
    seats: new SeatLedger(redis),
    removed: new RemovedPeople(redis),
    devices: new DeviceBook({ db: database.db, scope, log }),
    events: new EventLog({ redis, subscriber, schema: RoomEventDraft, log }),
    announcer: new Announcer({ scope, log }),
    measures: createMeasures(config.NODE_ID),
    scope,
  };
}

// Next bundles each route on its own, and `main.ts` is in no bundle: what they share must hang on the process.
const holder = globalThis as typeof globalThis & { rostrumServices?: Services };

/** Give the process its services, before anything asks for them. */
export function shareServices(shared: Services): void {
  holder.rostrumServices = shared;
}

/** What `shareServices` was given; there is nothing to serve with without. */
export function services(): Services {
  if (!holder.rostrumServices) throw new Error("web runs by src/main.ts, which makes the services");
  return holder.rostrumServices;
}
