import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  connectRedis,
  createLog,
  EventLog,
  type Fence,
  Lease,
  type LogPosition,
  type Redis,
  Registry,
  Scope,
  sleep,
} from "../src/index.ts";

const url = process.env.REDIS_URL ?? "";
const log = createLog({ service: "test", level: "silent" });
const Event = z.object({ n: z.number() });
type Event = z.infer<typeof Event>;

let scope: Scope;
let redis: Redis;

beforeAll(() => {
  if (!url) throw new Error("REDIS_URL is not set: run this through ./rostrum test");
  scope = new Scope("test", log);
  redis = connectRedis(url, { log, scope });
});
afterAll(() => scope.close("done"));

const newLog = () =>
  new EventLog<Event>({ redis, subscriber: connectRedis(url, { log, scope }), schema: Event, log });

async function until(check: () => boolean, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!check()) {
    if (Date.now() > deadline) throw new Error("not in time");
    await sleep(10);
  }
}

describe("event log", () => {
  it("gives two followers the same order without gap or repetition, even when the log is lost midway", async () => {
    const key = `log:${randomUUID()}`;
    const writer = newLog();
    const truth: number[] = [];
    const follow = (events: EventLog<Event>) => {
      const seen: { numbers: number[]; snapshots: number } = { numbers: [], snapshots: 0 };
      events.follow(
        key,
        {
          snapshot: async () => {
            const position: LogPosition = await events.position(key);
            return { ...position, state: [...truth] };
          },
          onSnapshot: (state) => {
            seen.snapshots++;
            seen.numbers = [...state];
          },
          // The snapshot may already hold what follows: that is allowed once, never out of order.
          onEvent: ({ n }) => {
            if (!seen.numbers.includes(n)) seen.numbers.push(n);
          },
        },
        scope,
      );
      return seen;
    };
    const followers = [follow(newLog()), follow(newLog())];
    const append = async (n: number) => {
      truth.push(n);
      await writer.append(key, { n });
    };
    for (let n = 0; n < 100; n++) await append(n);
    await redis.del(key, `${key}:seq`, `${key}:epoch`);
    for (let n = 100; n < 200; n++) await append(n);
    for (const follower of followers) {
      await until(() => follower.numbers.length === 200);
      expect(follower.numbers).toEqual(truth);
      expect(follower.snapshots).toBeGreaterThanOrEqual(1);
    }
  });

  it("tells a gap from what can be caught up", async () => {
    const key = `log:${randomUUID()}`;
    const events = newLog();
    const start = await events.position(key);
    for (let n = 0; n < 5; n++) await events.append(key, { n });
    const missed = await events.read(key, start);
    expect(missed === "gap" ? [] : missed.map((entry) => entry.event.n)).toEqual([0, 1, 2, 3, 4]);
    expect(await events.read(key, { seq: 2, epoch: "another" })).toBe("gap");
    for (let n = 0; n < 1100; n++) await events.append(key, { n });
    expect(await events.read(key, start)).toBe("gap");
  });
});

describe("lease", () => {
  it("belongs to one holder, and a later one has a higher fencing number", async () => {
    const key = `lease:${randomUUID()}`;
    const [one, two] = [scope.child("one"), scope.child("two")];
    const first = await Lease.take({ redis, key, holder: "a", ttlMs: 600, scope: one });
    expect(first).toBeDefined();
    expect(await Lease.take({ redis, key, holder: "b", ttlMs: 600, scope: two })).toBeUndefined();
    await sleep(900);
    expect(await Lease.peek(redis, key)).toMatchObject({ holder: "a" });
    let lost = false;
    first?.onLost(() => {
      lost = true;
    });
    // A holder that slept past its time finds another one there and must stop.
    await redis.set(key, JSON.stringify({ holder: "b", fencing: (first?.fencing ?? 0) + 1 }), "PX", 5000);
    await until(() => lost);
    await redis.del(key);
    const second = await Lease.take({ redis, key, holder: "b", ttlMs: 600, scope: two });
    expect(second?.fencing).toBeGreaterThan(first?.fencing ?? 0);
    await two.close("done");
    expect(await Lease.peek(redis, key)).toBeUndefined();
  });
});

describe("fencing", () => {
  it("lets a taker have the lease of one who is known to be gone, and refuses what that one still writes", async () => {
    const [key, state, log] = [`lease:${randomUUID()}`, `state:${randomUUID()}`, `log:${randomUUID()}`];
    const [one, two, events] = [scope.child("one"), scope.child("two"), newLog()];
    const old = await Lease.take({ redis, key, holder: "a", address: "http://a", ttlMs: 60_000, scope: one });
    expect(await old?.write(state, "of the old one", 60)).toBe(true);
    expect(await events.appendFenced(log, { n: 1 }, old?.fence as Fence)).toMatchObject({ seq: 1 });

    const known = await Lease.last(redis, key);
    expect(known).toMatchObject({ holder: "a", address: "http://a", fencing: old?.fencing });
    const taken = { redis, key, holder: "b", ttlMs: 60_000, scope: two };
    expect(await Lease.take({ ...taken, instead: (known?.fencing ?? 0) - 1 })).toBeUndefined();
    const next = await Lease.take({ ...taken, instead: known?.fencing ?? 0 });
    expect(next?.fencing).toBeGreaterThan(old?.fencing ?? Number.POSITIVE_INFINITY);
    expect(await next?.write(state, "of the new one", 60)).toBe(true);

    let lost = false;
    old?.onLost(() => {
      lost = true;
    });
    expect(await events.appendFenced(log, { n: 2 }, old?.fence as Fence)).toBeUndefined();
    expect(await events.position(log)).toMatchObject({ seq: 1 });
    expect(await old?.write(state, null, 60)).toBe(false);
    expect(lost).toBe(true);
    expect(await redis.get(state)).toBe("of the new one");
    await one.close("done");
    expect(await Lease.peek(redis, key)).toMatchObject({ holder: "b" });

    // Let go on purpose: nobody has to be asked, and the number is still remembered.
    await two.close("done");
    expect(await Lease.peek(redis, key)).toBeUndefined();
    expect(await Lease.last(redis, key)).toBeUndefined();
  });

  it("tells a holder who slept whether the lease is still theirs", async () => {
    const key = `lease:${randomUUID()}`;
    const [one, two] = [scope.child("one"), scope.child("two")];
    const lease = await Lease.take({ redis, key, holder: "a", ttlMs: 60_000, scope: one });
    expect(await lease?.confirm()).toBe(true);
    const other = await Lease.take({
      redis,
      key,
      holder: "b",
      ttlMs: 60_000,
      scope: two,
      instead: lease?.fencing ?? 0,
    });
    expect(other).toBeDefined();
    expect(await lease?.write(`state:${key}`, "x", 5)).toBe(false);
    expect(await lease?.confirm()).toBe(false);
    await one.close("done");
    await two.close("done");
  });
});

describe("registry", () => {
  it("shows a node while it announces itself and forgets it when it stops", async () => {
    const registry = new Registry(redis);
    const node = scope.child("node");
    const nodeId = `edge-${randomUUID().slice(0, 8)}`;
    registry.announce(
      node,
      () => ({
        nodeId,
        kind: "edge",
        epoch: randomUUID(),
        region: "local",
        publicUrl: "http://localhost:1",
        internalUrl: "http://localhost:1",
        draining: false,
        capacity: 1,
        load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
        webinars: {},
        at: Date.now(),
      }),
      100,
    );
    await sleep(300);
    expect((await registry.list("edge")).map((beat) => beat.nodeId)).toContain(nodeId);
    await node.close("gone");
    expect((await registry.list("edge")).map((beat) => beat.nodeId)).not.toContain(nodeId);
  });
});
