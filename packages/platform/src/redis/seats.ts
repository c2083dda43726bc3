import type { Redis } from "./client.ts";

/**
 * Interactive seats of webinars, and who waits for one. Redis holds what edges and web say about the present; it is a
 * cache: edges hold the seats they serve again every second, so an empty Redis knows them all a moment later.
 */
export class SeatLedger {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Take a seat, or keep the one that is held already; atomic over all web processes. `countTaken` is asked how many are
   * taken while the ledger knows nothing of the webinar: nobody has come, or Redis came back empty. False: every seat is
   * taken.
   */
  async take(
    webinarId: string,
    participantId: string,
    rule: { seats: number; ttlMs: number; countTaken: () => Promise<number> },
  ): Promise<boolean> {
    const { seats, ttlMs, countTaken } = rule;
    const keys = [seatsKey(webinarId), waitingKey(webinarId)];
    const run = (floor: number) =>
      this.#redis.eval(takeScript, 2, ...keys, Date.now(), participantId, seats, floor, ttlMs);
    const taken = await run(unknown);
    return (taken === unknown ? await run(await countTaken()) : taken) === 1;
  }

  /** These people sit now: their seats are theirs for `ttlMs` more. */
  async hold(webinarId: string, participantIds: readonly string[], ttlMs: number): Promise<void> {
    if (participantIds.length === 0) return;
    const until = Date.now() + ttlMs;
    await this.#redis
      .multi()
      .zadd(seatsKey(webinarId), ...participantIds.flatMap((id) => [until, id]))
      .pexpire(seatsKey(webinarId), ttlMs * 10)
      .exec();
  }

  /** Somebody left: the seat is free after `graceMs`, unless it is held again (a hiccup, a move to another edge). */
  async release(webinarId: string, participantId: string, graceMs: number): Promise<void> {
    if (graceMs <= 0) await this.#redis.zrem(seatsKey(webinarId), participantId);
    else await this.#redis.zadd(seatsKey(webinarId), "XX", Date.now() + graceMs, participantId);
  }

  /** Wait for a seat since `since` (epoch ms); who waits already keeps the older time. Answers that time. */
  async wait(webinarId: string, participantId: string, since: number): Promise<number> {
    const keys = [waitingKey(webinarId), seenKey(webinarId), waitlistsKey];
    return Number(
      await this.#redis.eval(waitScript, 3, ...keys, Date.now(), participantId, since, webinarId),
    );
  }

  /** The same for many who wait and are here. */
  async keepWaiting(
    webinarId: string,
    people: readonly { participantId: string; since: number }[],
  ): Promise<void> {
    if (people.length === 0) return;
    const now = Date.now();
    await this.#redis
      .multi()
      .zadd(
        waitingKey(webinarId),
        "NX",
        ...people.flatMap(({ participantId, since }) => [since, participantId]),
      )
      .zadd(seenKey(webinarId), ...people.flatMap(({ participantId }) => [now, participantId]))
      .sadd(waitlistsKey, webinarId)
      .exec();
  }

  async stopWaiting(webinarId: string, participantId: string): Promise<void> {
    await this.#redis.zrem(waitingKey(webinarId), participantId);
  }

  /** Webinars that somebody waits for. */
  waitlists(): Promise<string[]> {
    return this.#redis.smembers(waitlistsKey);
  }

  /**
   * Reserve free seats for those who have waited longest and are still here, each for `ttlMs`. Answers who. Two callers
   * at once never give one seat twice.
   */
  async offer(
    webinarId: string,
    rule: { seats: number; ttlMs: number; absentMs: number },
  ): Promise<string[]> {
    const keys = [seatsKey(webinarId), waitingKey(webinarId), seenKey(webinarId), waitlistsKey];
    const { seats, ttlMs, absentMs } = rule;
    return (await this.#redis.eval(
      offerScript,
      4,
      ...keys,
      Date.now(),
      seats,
      ttlMs,
      absentMs,
      webinarId,
    )) as string[];
  }

  /** Seats taken now, those on offer included. */
  taken(webinarId: string): Promise<number> {
    return this.#redis.zcount(seatsKey(webinarId), Date.now(), "+inf");
  }

  waiting(webinarId: string): Promise<number> {
    return this.#redis.zcard(waitingKey(webinarId));
  }
}

/** Members are participants; scores are when the seat is free again. */
const seatsKey = (webinarId: string): string => `seats:{${webinarId}}`;
/** Scores are since when they wait, and when they were last seen. */
const waitingKey = (webinarId: string): string => `waiting:{${webinarId}}`;
const seenKey = (webinarId: string): string => `waiting-seen:{${webinarId}}`;
const waitlistsKey = "waitlists";

/** Answered, and given as the floor, when the ledger knows nothing of the webinar. */
const unknown = -1;

/** KEYS: seats, waiting. ARGV: now, participant, seats, floor or `unknown`, TTL ms. */
const takeScript = `
local known = redis.call('EXISTS', KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local taken = redis.call('ZCARD', KEYS[1])
if known == 0 then
  if ARGV[4] == '-1' then return -1 end
  taken = tonumber(ARGV[4])
end
local has = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not has and taken >= tonumber(ARGV[3]) then return 0 end
local untilMs = tonumber(ARGV[1]) + tonumber(ARGV[5])
if not has or tonumber(has) < untilMs then redis.call('ZADD', KEYS[1], untilMs, ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[5]) * 10)
redis.call('ZREM', KEYS[2], ARGV[2])
return 1`;

/** KEYS: waiting, seen, waitlists. ARGV: now, participant, since, webinar. */
const waitScript = `
redis.call('ZADD', KEYS[1], 'NX', ARGV[3], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[3], ARGV[4])
return redis.call('ZSCORE', KEYS[1], ARGV[2])`;

/** KEYS: seats, waiting, seen, waitlists. ARGV: now, seats, TTL ms, absent ms, webinar. */
const offerScript = `
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', tonumber(ARGV[1]) - tonumber(ARGV[4]))) do
  redis.call('ZREM', KEYS[2], gone)
  redis.call('ZREM', KEYS[3], gone)
end
if redis.call('ZCARD', KEYS[2]) == 0 then
  redis.call('SREM', KEYS[4], ARGV[5])
  return {}
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local free = tonumber(ARGV[2]) - redis.call('ZCARD', KEYS[1])
if free <= 0 then return {} end
local offered = redis.call('ZRANGE', KEYS[2], 0, free - 1)
for _, participant in ipairs(offered) do
  redis.call('ZADD', KEYS[1], tonumber(ARGV[1]) + tonumber(ARGV[3]), participant)
  redis.call('ZREM', KEYS[2], participant)
end
return offered`;
