import { ParticipantId, RostrumError } from "@rostrum/protocol";
import type { Redis } from "./client.ts";

/** As long as a token for a room may be valid, and some more, s. */
const memorySeconds = 8 * 3600;
const keyOf = (webinarId: string): string => `room:{${webinarId}}:removed`;

/**
 * Participants who may not be in a room any more whatever token they hold: erased ones, removed by a host, no longer
 * registered. web writes it and tells the room; media nodes look when somebody says hello, and at everybody when they read
 * the room again. A cache: the database knows too, and web asks that.
 */
export class RemovedPeople {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async add(webinarId: string, participantIds: readonly string[]): Promise<void> {
    if (participantIds.length === 0) return;
    const key = keyOf(webinarId);
    await this.#redis
      .multi()
      .sadd(key, ...participantIds)
      .expire(key, memorySeconds)
      .exec();
  }

  /** They may come again. */
  async readmit(webinarId: string, participantIds: readonly string[]): Promise<void> {
    if (participantIds.length > 0) await this.#redis.srem(keyOf(webinarId), ...participantIds);
  }

  /** Who they are. Nobody, while Redis is away: it must not keep people out. */
  async list(webinarId: string): Promise<Set<ParticipantId>> {
    const ids = await this.#redis.smembers(keyOf(webinarId)).catch(() => []);
    return new Set(ids.map((id) => ParticipantId.parse(id)));
  }

  /** Throws token.invalid for one of them. */
  async refuse(webinarId: string, participantId: string): Promise<void> {
    const found = await this.#redis.sismember(keyOf(webinarId), participantId).catch(() => 0);
    if (found === 1) throw new RostrumError("token.invalid", "You may not be in this webinar any more.");
  }
}
