import { randomUUID } from "node:crypto";
import { connectRedis, createLog, type LogEntry, type LogPosition, Scope, sleep } from "@rostrum/platform";
import { type Presence, type RoomEventDraft, roomLogKey, WebinarId } from "@rostrum/protocol";
import { createRoomEvents, type RoomEvents } from "@rostrum/sfu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countPresence } from "../src/presence.ts";

const log = createLog({ service: "test", level: "silent" });

describe("the count of who watches", () => {
  const scope = new Scope("presence", log);
  let redis: ReturnType<typeof connectRedis>;
  let events: RoomEvents;

  beforeAll(() => {
    const connect = (name: string) => connectRedis(process.env.REDIS_URL ?? "", { log, scope, name });
    redis = connect("presence");
    events = createRoomEvents({ redis, subscriber: connect("presence-subscriber"), log });
  });
  afterAll(() => scope.close("done"));

  /** Edges that count so many each, and one more whenever they are asked; what was told in `ms`. */
  async function told(edges: number, each: number, ms: number): Promise<Presence[]> {
    const webinarId = WebinarId.parse(randomUUID());
    const from: LogPosition = await events.position(roomLogKey(webinarId));
    const own = scope.child("edges");
    for (let edge = 0; edge < edges; edge++) {
      let webrtc = each;
      const count = () => ({ webrtc: webrtc++, hls: 0, paths: {}, relieved: 0 });
      countPresence({ redis, events, webinarId, nodeId: `edge-${edge}`, scope: own, count });
    }
    await sleep(ms);
    await own.close("enough");
    const entries = (await events.read(roomLogKey(webinarId), from)) as LogEntry<RoomEventDraft>[];
    return entries.flatMap(({ event: { body } }) =>
      body.type === "presence.counted" ? [body.presence] : [],
    );
  }

  it("is told by one edge for all, once a second at most", async () => {
    const counts = await told(3, 10, 4300);
    expect(counts.length).toBeGreaterThanOrEqual(2);
    expect(counts.length).toBeLessThanOrEqual(4);
    // The first may know its own share only.
    expect(counts.at(-1)?.webrtc).toBeGreaterThanOrEqual(30);
  });

  it("is told less often, the more there are to tell", async () => {
    // 900 people: 3.6 s until the next.
    expect((await told(3, 300, 3300)).length).toBeLessThanOrEqual(2);
  });
});
