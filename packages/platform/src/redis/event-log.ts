import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Log } from "../log.ts";
import type { Scope } from "../scope.ts";
import type { Redis } from "./client.ts";

/** Events kept per log: what a follower may have missed before it needs a snapshot. */
const keptEvents = 1000;
/** A log nobody appends to for this long is forgotten; the next append starts a new epoch. */
const ttlSeconds = 24 * 3600;

// The epoch tells a log from its successor after Redis came back empty. Stored, numbered and published in one script:
// nobody can see the number without the event, nor two events in different orders.
const appendScript = `
local epoch = redis.call('GET', KEYS[3])
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[1], KEYS[2])
end
redis.call('SET', KEYS[3], epoch, 'EX', ARGV[3])
local seq = redis.call('INCR', KEYS[2])
local entry = '{"seq":' .. seq .. ',"epoch":"' .. epoch .. '","event":' .. ARGV[2] .. '}'
redis.call('RPUSH', KEYS[1], entry)
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[4]), -1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('PUBLISH', KEYS[1], entry)
return {seq, epoch}`;

const openScript = `
local epoch = redis.call('GET', KEYS[3])
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SET', KEYS[3], epoch, 'EX', ARGV[2])
end
return {tonumber(redis.call('GET', KEYS[2]) or '0'), epoch}`;

export type LogPosition = { seq: number; epoch: string };
export type LogEntry<E> = LogPosition & { event: E };

type Follower<E, S> = {
  /** The state as of a position read from the log *before* the state was read. */
  snapshot: () => Promise<LogPosition & { state: S }>;
  onSnapshot: (state: S, at: LogPosition) => void;
  onEvent: (event: E, at: LogPosition) => void;
};

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
  readonly #listeners = new Map<string, Set<(entry: LogEntry<E> | "resync") => void>>();

  constructor(options: { redis: Redis; subscriber: Redis; schema: z.ZodType<E>; log: Log }) {
    this.#redis = options.redis;
    this.#subscriber = options.subscriber;
    this.#schema = options.schema;
    this.#log = options.log;
    this.#subscriber.on("message", (channel: string, text: string) => this.#deliver(channel, text));
    // After a reconnect messages may have been lost while nobody listened.
    this.#subscriber.on("ready", () => this.#resyncAll());
  }

  async append(key: string, event: E): Promise<LogPosition> {
    const keys = [key, `${key}:seq`, `${key}:epoch`];
    const answer = await this.#redis.eval(
      appendScript,
      3,
      ...keys,
      randomUUID(),
      JSON.stringify(event),
      ttlSeconds,
      keptEvents,
    );
    const [seq, epoch] = answer as [number, string];
    return { seq, epoch };
  }

  /** Where the log ends now; starts an epoch when there is none. Read this before reading the state it describes. */
  async position(key: string): Promise<LogPosition> {
    const answer = await this.#redis.eval(
      openScript,
      3,
      key,
      `${key}:seq`,
      `${key}:epoch`,
      randomUUID(),
      ttlSeconds,
    );
    const [seq, epoch] = answer as [number, string];
    return { seq, epoch };
  }

  /** Events after `from`, or "gap" when they are not all there. */
  async read(key: string, from: LogPosition): Promise<LogEntry<E>[] | "gap"> {
    const now = await this.position(key);
    if (now.epoch !== from.epoch || now.seq < from.seq) return "gap";
    if (now.seq === from.seq) return [];
    const missing = now.seq - from.seq;
    if (missing > keptEvents) return "gap";
    const texts = await this.#redis.lrange(key, -missing, -1);
    const entries = texts.flatMap((text) => this.#parse(text) ?? []).filter((entry) => entry.seq > from.seq);
    return entries[0]?.seq === from.seq + 1 && entries[0].epoch === from.epoch ? entries : "gap";
  }

  /** Follow a log until `scope` closes. Retries for ever; resolves at once. */
  follow<S>(key: string, follower: Follower<E, S>, scope: Scope): void {
    let at: LogPosition | undefined;
    let syncing = false;
    let dirty = false;

    const apply = (entry: LogEntry<E>): boolean => {
      if (!at || entry.epoch !== at.epoch || entry.seq > at.seq + 1) return false;
      if (entry.seq === at.seq + 1) {
        at = { seq: entry.seq, epoch: entry.epoch };
        follower.onEvent(entry.event, at);
      }
      return true;
    };

    const catchUp = async (): Promise<void> => {
      const missed = at ? await this.read(key, at) : "gap";
      if (missed !== "gap" && missed.every(apply)) return;
      const { state, ...position } = await follower.snapshot();
      at = position;
      follower.onSnapshot(state, position);
      dirty = true;
    };

    const sync = async (signal: AbortSignal): Promise<void> => {
      for (let attempt = 0; dirty && !signal.aborted; ) {
        dirty = false;
        try {
          await catchUp();
          attempt = 0;
        } catch (error) {
          dirty = true;
          attempt++;
          this.#log.debug({ err: error, log: key }, "could not follow the room log; trying again");
          await new Promise((resolve) =>
            setTimeout(resolve, Math.min(100 * 2 ** Math.min(attempt, 4), 1000)),
          );
        }
      }
    };

    const resync = (): void => {
      dirty = true;
      if (syncing || scope.closed) return;
      syncing = true;
      scope.run(`follow ${key}`, async (signal) => {
        await sync(signal);
        syncing = false;
        if (dirty) resync();
      });
    };

    const listener = (entry: LogEntry<E> | "resync"): void => {
      if (entry === "resync" || syncing || !apply(entry)) resync();
    };
    this.#listen(key, listener, scope, resync);
    // A publish can be lost without the connection noticing; the position check is cheap.
    scope.every(5000, "log check", resync);
  }

  #listen(
    key: string,
    listener: (entry: LogEntry<E> | "resync") => void,
    scope: Scope,
    subscribed: () => void,
  ): void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners);
    listeners.add(listener);
    scope.add(`listener ${key}`, async () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#listeners.delete(key);
      await this.#subscriber.unsubscribe(key).catch(() => 0);
    });
    this.#subscriber.subscribe(key).then(subscribed, subscribed);
  }

  #deliver(channel: string, text: string): void {
    const listeners = this.#listeners.get(channel);
    if (!listeners) return;
    const entry = this.#parse(text);
    for (const listener of listeners) listener(entry ?? "resync");
  }

  #resyncAll(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener("resync");
  }

  #parse(text: string): LogEntry<E> | undefined {
    const raw = JSON.parse(text) as { seq: number; epoch: string; event: unknown };
    const parsed = this.#schema.safeParse(raw.event);
    if (parsed.success) return { seq: raw.seq, epoch: raw.epoch, event: parsed.data };
    this.#log.warn("an event in the room log is malformed");
    return undefined;
  }
}
