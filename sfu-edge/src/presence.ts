import type { Redis, Scope } from "@rostrum/platform";
import { MediaPath, type Presence, roomLogKey, type WebinarId } from "@rostrum/protocol";
import type { RoomEvents } from "@rostrum/sfu";

/** A node's count is believed for this long after it was last written. */
const freshMs = 6000;
/** A count goes to everybody: the more there are, the longer until the next, so that counts are 250 messages a second. */
const restMsPerPerson = 4;

type PresenceOptions = {
  redis: Redis;
  events: RoomEvents;
  webinarId: WebinarId;
  nodeId: string;
  scope: Scope;
  count: () => Presence;
};

/** Counts who watches: each edge writes its own share, whoever sees the sum change says so, one at a time and not too often. */
export function countPresence(options: PresenceOptions): void {
  const { redis, events, webinarId, nodeId, scope, count } = options;
  const key = `presence:{${webinarId}}`;
  let told = "";
  let wroteAt = 0;
  let wrote = "";
  scope.every(1000, "presence", async () => {
    const own = JSON.stringify(count());
    if (own !== wrote || Date.now() - wroteAt > freshMs / 3) {
      await redis
        .multi()
        .hset(key, nodeId, JSON.stringify({ ...count(), at: Date.now() }))
        .pexpire(key, freshMs * 10)
        .exec();
      wrote = own;
      wroteAt = Date.now();
    }
    const presence = await sum(redis, key);
    const text = JSON.stringify(presence);
    if (text === told) return;
    const restMs = Math.max(1000, (presence.webrtc + presence.hls) * restMsPerPerson);
    if ((await redis.set(`${key}:rest`, nodeId, "PX", restMs, "NX")) === null) return;
    told = text;
    const changedByUs = (await redis.set(`${key}:told`, text, "EX", 60, "GET")) !== text;
    if (!changedByUs) return;
    await events.append(roomLogKey(webinarId), {
      webinarId,
      at: Date.now(),
      audience: "all",
      body: { type: "presence.counted", presence },
    });
  });
  scope.add("presence share", async () => {
    await redis.hdel(key, nodeId).catch(() => 0);
  });
}

async function sum(redis: Redis, key: string): Promise<Presence> {
  const shares = Object.values(await redis.hgetall(key)).map(
    (value) => JSON.parse(value) as Presence & { at: number },
  );
  const fresh = shares.filter((share) => Date.now() - share.at < freshMs);
  const paths: NonNullable<Presence["paths"]> = {};
  for (const path of MediaPath.options) {
    const count = fresh.reduce((total, share) => total + (share.paths?.[path] ?? 0), 0);
    if (count > 0) paths[path] = count;
  }
  return {
    webrtc: fresh.reduce((total, share) => total + share.webrtc, 0),
    hls: fresh.reduce((total, share) => total + share.hls, 0),
    paths,
    relieved: fresh.reduce((total, share) => total + (share.relieved ?? 0), 0),
  };
}
