import { programmeMarksKey, type RoomEventBody } from "@rostrum/protocol";
import { type MarkChange, markOf } from "@rostrum/rules";
import type { Services } from "./services.ts";

/** Beyond any webinar, and what players may go back to. */
const keptSeconds = 24 * 3600;

/** Hands what happens in a room to the broadcast. Never throws: without Redis there is no broadcast of it. */
export async function handMark(services: Services, webinarId: string, body: RoomEventBody): Promise<void> {
  const change = markOf(body);
  if (change) await handMarkChange(services, webinarId, change);
}

export async function handMarkChange(
  services: Services,
  webinarId: string,
  { field, mark }: MarkChange,
): Promise<void> {
  const key = programmeMarksKey(webinarId);
  try {
    if (mark)
      await services.redis.multi().hset(key, field, JSON.stringify(mark)).expire(key, keptSeconds).exec();
    else await services.redis.hdel(key, field);
  } catch (error) {
    services.log.warn({ err: error, webinarId, field }, "a mark did not reach the broadcast");
  }
}
