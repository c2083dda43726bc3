import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Log } from "../log.ts";
import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";
import { Cursor, type Follower, type LogEntry, type LogPosition } from "./event-log-cursor.ts";
import { appendScript, positionScript, readScript } from "./event-log-scripts.ts";

/** Events kept per log: what a follower may have missed before it needs a snapshot. */
const keptEvents = 1000;
/** A log nobody appends to for this long is forgotten; the next append starts a new epoch. */
const ttlSeconds = 24 * 3600;
/** A follower looks this often whether it missed something, ms. */
const checkMs = 5000;

/** A lease, as `Lease.fence` gives it. */
export type Fence = { key: string; fencing: number };

const logKeys = (key: string): [string, string, string] => [key, `${key}:seq`, `${key}:epoch`];

/** Published in place of an entry when a log begins anew. */
const renewed = "renewed";

type Listener<E> = Pick<Cursor<E, unknown>, "take" | "resync">;

/**
 * An ordered log of events in Redis: a cache with positions, not the truth. Followers subscribe first, then take a
 * snapshot, then apply what is newer, so nothing is missed and nothing is applied out of order; a gap or a new epoch
 * means a new snapshot.
 */
export class EventLog<E> {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #schema: z.ZodType<E>;
  readonly #log: Log;
  readonly #listeners = new Map<string, Set<Listener<E>>>();

  constructor(options: { redis: Redis; subscriber: Redis; schema: z.ZodType<E>; log: Log }) {
    this.#redis = options.redis;
    this.#subscriber = options.subscriber;
    this.#schema = options.schema;
    this.#log = options.log;
    this.#subscriber.on("message", (channel: string, text: string) => this.#deliver(channel, text));
    // After a reconnect messages may have been lost while nobody listened, and a subscription that failed is not
    // repeated by itself.
    this.#subscriber.on("ready", () => void this.#resubscribe());
  }

  /** Rejects when Redis is away. A reply lost on the way may mean that the event is in the log twice: it is harmless there. */
  async append(key: string, event: E): Promise<LogPosition> {
    const answer = await this.#run(appendScript, key, JSON.stringify(event), keptEvents);
    const [seq, epoch] = answer as [number, string];
    return { seq, epoch };
  }

  /** The same on behalf of a lease; undefined, and nothing appended, when somebody else has taken it since. */
  async appendFenced(key: string, event: E, fence: Fence): Promise<LogPosition | undefined> {
    const keys = [...logKeys(key), fence.key];
    const rest = [randomUUID(), ttlSeconds, JSON.stringify(event), keptEvents, fence.fencing];
    const answer = await this.#redis.eval(appendScript, keys.length, ...keys, ...rest);
    if (answer === null) return undefined;
    const [seq, epoch] = answer as [number, string];
    return { seq, epoch };
  }

  /** Where the log ends now; starts an epoch when there is none. Read this before reading the state it describes. */
  async position(key: string): Promise<LogPosition> {
    const [seq, epoch] = (await this.#run(positionScript, key)) as [number, string];
    return { seq, epoch };
  }

  /** Start a new epoch: everyone who follows the log takes a snapshot, because something may be missing in it. */
  async renew(key: string): Promise<void> {
    await this.#redis.multi().del(key, `${key}:seq`, `${key}:epoch`).publish(key, renewed).exec();
  }

  /** Events after `from`, or "gap" when they are not all there. */
  async read(key: string, from: LogPosition): Promise<LogEntry<E>[] | "gap"> {
    const texts = (await this.#run(readScript, key, from.epoch, from.seq)) as string[] | null;
    if (texts === null) return "gap";
    const entries = texts.map((text) => this.#parse(text));
    const whole = entries.every((entry, i) => entry?.seq === from.seq + i + 1);
    return whole ? (entries as LogEntry<E>[]) : "gap";
  }

  #run(script: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#redis.eval(script, 3, ...logKeys(key), randomUUID(), ttlSeconds, ...args);
  }

  /** Follow a log until `scope` closes. Retries for ever; resolves at once. */
  follow<S>(key: string, follower: Follower<E, S>, scope: Scope): void {
    const cursor = new Cursor<E, S>({
      follower,
      read: (from) => this.read(key, from),
      log: this.#log.child({ room: key }),
      scope,
    });
    this.#listen(key, cursor, scope);
    // A publish can be lost without the connection noticing; the position check is cheap.
    scope.every(checkMs, "log check", () => cursor.resync());
  }

  #listen(key: string, cursor: Listener<E>, scope: Scope): void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners);
    listeners.add(cursor);
    scope.add(`listener ${key}`, async () => {
      listeners.delete(cursor);
      if (listeners.size > 0) return;
      this.#listeners.delete(key);
      await this.#subscriber.unsubscribe(key).catch(() => 0);
    });
    const resync = () => cursor.resync();
    this.#subscriber.subscribe(key).then(resync, resync);
  }

  #deliver(channel: string, text: string): void {
    const listeners = this.#listeners.get(channel);
    if (!listeners) return;
    const entry = text === renewed ? undefined : this.#parse(text);
    for (const listener of listeners) {
      if (entry) listener.take(entry);
      else listener.resync();
    }
  }

  async #resubscribe(): Promise<void> {
    const keys = [...this.#listeners.keys()];
    if (keys.length > 0) await this.#subscriber.subscribe(...keys).catch(() => 0);
    for (const key of keys) for (const listener of this.#listeners.get(key) ?? []) listener.resync();
  }

  #parse(text: string): LogEntry<E> | undefined {
    try {
      const raw = JSON.parse(text) as { seq: number; epoch: string; event: unknown };
      return { seq: raw.seq, epoch: raw.epoch, event: this.#schema.parse(raw.event) };
    } catch (error) {
      this.#log.warn({ err: error }, "an event in the room log is malformed");
      return undefined;
    }
  }
}
