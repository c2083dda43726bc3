import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  connectRedis,
  createLog,
  EventLog,
  Lease,
  type Redis,
  Registry,
  Scope,
  sleep,
} from "../src/index.ts";
import { TestRedis } from "./redis-server.ts";

const log = createLog({ service: "test", level: "silent" });
const Event = z.object({ n: z.number() });
type Event = z.infer<typeof Event>;

let server: TestRedis;
let scope: Scope;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  scope = new Scope("test", log);
  redis = connectRedis(server.url, { log, scope });
});
afterAll(async () => {
  await scope.close("done");
  expect(scope.alive()).toEqual([]);
  await server.close();
});

async function until(what: string, check: () => boolean | Promise<boolean>, ms = 8000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(10);
  }
}

const newLog = (owner: Scope) =>
  new EventLog<Event>({
    redis: connectRedis(server.url, { log, scope: owner }),
    subscriber: connectRedis(server.url, { log, scope: owner }),
    schema: Event,
    log,
  });

/** A room whose truth is `truth`, as a service has its database: written first, then told. */
function room(owner: Scope) {
  const key = `room:${randomUUID()}:log`;
  const truth: number[] = [];
  const writer = newLog(owner);
  const write = async (n: number): Promise<void> => {
    truth.push(n);
    // An event that Redis could not take is told by the next one or by the snapshot.
    await writer.append(key, { n }).catch(() => {});
  };
  return { key, truth, write, writer };
}

/** Follows as an edge does, and checks every hand-over: numbers rise by one within an epoch. */
function follower(key: string, truth: number[], owner: Scope) {
  const events = newLog(owner);
  const seen = { state: [] as number[], snapshots: 0, faults: [] as string[], at: { seq: 0, epoch: "" } };
  events.follow(
    key,
    {
      snapshot: async () => {
        const position = await events.position(key);
        return { ...position, state: [...truth] };
      },
      onSnapshot: (state, at) => {
        seen.snapshots++;
        seen.state = state;
        seen.at = at;
      },
      onEvent: ({ n }, at) => {
        if (at.epoch !== seen.at.epoch || at.seq !== seen.at.seq + 1)
          seen.faults.push(`${seen.at.epoch}:${seen.at.seq} -> ${at.epoch}:${at.seq}`);
        seen.at = at;
        // The snapshot may hold it already; it may never come before an older one.
        if (!seen.state.includes(n)) seen.state.push(n);
      },
    },
    owner,
  );
  return seen;
}

describe("event log", () => {
  it("two followers see one order, no gap and no repetition, while Redis is killed and comes back empty", async () => {
    const owner = scope.child("killed");
    const { key, truth, write } = room(owner);
    const followers = [follower(key, truth, owner), follower(key, truth, owner)];
    let n = 0;
    for (; n < 200; n++) await write(n);
    await server.kill();
    const writing = (async () => {
      for (; n < 260; n++) {
        await write(n);
        await sleep(5);
      }
    })();
    await sleep(300);
    await server.start();
    await writing;
    for (; n < 400; n++) await write(n);
    for (const seen of followers) {
      await until("caught up", () => seen.state.length === 400);
      expect(seen.state).toEqual(truth);
      expect(seen.faults).toEqual([]);
      expect(seen.snapshots).toBeGreaterThanOrEqual(2);
    }
    await owner.close("done");
    expect(owner.count()).toBe(0);
  });

  it("notices that a server which lost its last events numbers new ones like them", async () => {
    const owner = scope.child("regressed");
    const { key, truth, write, writer } = room(owner);
    for (let n = 0; n < 10; n++) await write(n);
    const before = await writer.position(key);
    // What an append-only file leaves after a crash: the same epoch, older numbers.
    await server.kill();
    await server.start();
    await until("back", () => redis.ping().then(Boolean, () => false));
    await redis.set(`${key}:epoch`, before.epoch);
    await redis.set(`${key}:seq`, 5);
    const after = await writer.position(key);
    expect(after.epoch).not.toBe(before.epoch);
    expect(await writer.read(key, before)).toBe("gap");
    expect(truth).toHaveLength(10);
    await owner.close("done");
  });

  it("gives a follower that threw a new snapshot instead of a hole", async () => {
    const owner = scope.child("threw");
    const { key, truth, write } = room(owner);
    const events = newLog(owner);
    let state: number[] = [];
    let thrown = false;
    events.follow(
      key,
      {
        snapshot: async () => ({ ...(await events.position(key)), state: [...truth] }),
        onSnapshot: (all) => {
          state = all;
        },
        onEvent: ({ n }) => {
          if (n === 3 && !thrown) {
            thrown = true;
            throw new Error("not this one");
          }
          if (!state.includes(n)) state.push(n);
        },
      },
      owner,
    );
    await sleep(200);
    for (let n = 0; n < 6; n++) {
      await write(n);
      await sleep(20);
    }
    await until("whole", () => state.length === 6);
    expect(state).toEqual(truth);
    expect(thrown).toBe(true);
    await owner.close("done");
  });

  it("follows when Redis was away at the start", async () => {
    await server.kill();
    const owner = scope.child("early");
    const { key, truth, write } = room(owner);
    const seen = follower(key, truth, owner);
    await sleep(400);
    await server.start();
    await until("snapshot", () => seen.snapshots > 0);
    // By its subscription, not by the check every five seconds.
    const started = Date.now();
    for (let n = 0; n < 20; n++) {
      await write(n);
      await until("heard", () => seen.state.length === n + 1, 1000);
    }
    expect(Date.now() - started).toBeLessThan(3000);
    expect(seen.state).toEqual(truth);
    await owner.close("done");
  });
});

describe("lease", () => {
  it("is lost by a holder that was paused while somebody else had it, even when that one has let it go", async () => {
    const key = `lease:${randomUUID()}`;
    const script = path.join(import.meta.dirname, "lease-holder.ts");
    const child = spawn(process.execPath, [script, server.url, key, "paused", "900"]);
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    try {
      await until("taken", () => output.includes("taken"), 15_000);
      const first = Number(/taken (\d+)/.exec(output)?.[1]);
      child.kill("SIGSTOP");
      const owner = scope.child("other");
      expect(await Lease.take({ redis, key, holder: "other", ttlMs: 900, scope: owner })).toBeUndefined();
      await until("free", async () => (await Lease.peek(redis, key)) === undefined);
      const second = await Lease.take({ redis, key, holder: "other", ttlMs: 900, scope: owner });
      expect(second?.fencing).toBeGreaterThan(first);
      await owner.close("done");
      expect(await Lease.peek(redis, key)).toBeUndefined();
      child.kill("SIGCONT");
      await until("lost", () => output.includes("lost held=false"));
      expect(await Lease.peek(redis, key)).toBeUndefined();
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("survives a Redis that comes back empty in time, and its number never falls", async () => {
    const key = `lease:${randomUUID()}`;
    const [one, two] = [scope.child("one"), scope.child("two")];
    const first = await Lease.take({ redis, key, holder: "a", ttlMs: 3000, scope: one });
    await server.kill();
    await server.start();
    await until("told", async () => (await Lease.peek(redis, key).catch(() => undefined))?.holder === "a");
    expect(first?.held).toBe(true);
    await one.close("done");
    await server.kill();
    await server.start();
    await until("back", () => redis.ping().then(Boolean, () => false));
    const second = await Lease.take({ redis, key, holder: "b", ttlMs: 3000, scope: two });
    expect(second?.fencing).toBeGreaterThan(first?.fencing ?? Number.POSITIVE_INFINITY);
    await two.close("done");
  });

  it("outlasts a Redis that is away, for as long as it was told to, and is held again afterwards", async () => {
    const key = `lease:${randomUUID()}`;
    const owner = scope.child("patient");
    const lease = await Lease.take({ redis, key, holder: "a", ttlMs: 600, silenceMs: 10_000, scope: owner });
    let lost = false;
    lease?.onLost(() => {
      lost = true;
    });
    await server.kill();
    await sleep(1500);
    expect(lease?.held).toBe(false);
    expect(lost).toBe(false);
    await server.start();
    await until("held again", () => lease?.held === true);
    expect((await Lease.peek(redis, key))?.fencing).toBe(lease?.fencing);
    expect(lost).toBe(false);
    await owner.close("done");
  });

  it("is lost when the server neither answers nor hangs up", async () => {
    const owner = scope.child("silence");
    const lease = await Lease.take({
      redis,
      key: `lease:${randomUUID()}`,
      holder: "a",
      ttlMs: 900,
      scope: owner,
    });
    let lostAt = 0;
    lease?.onLost(() => {
      lostAt = Date.now();
    });
    const frozenAt = Date.now();
    server.freeze();
    try {
      await until("lost", () => lostAt > 0, 4000);
      expect(lostAt - frozenAt).toBeLessThan(1800);
    } finally {
      server.thaw();
    }
    await owner.close("done");
  });
});

describe("registry", () => {
  it("has a node again within a second after Redis came back empty, and forgets a killed one after two", async () => {
    const registry = new Registry(redis);
    const owner = scope.child("node");
    const connection = scope.child("connection");
    const announcer = new Registry(connectRedis(server.url, { log, scope: connection }));
    announcer.announce(owner, () => ({
      nodeId: "edge-1",
      kind: "edge",
      epoch: randomUUID(),
      region: "local",
      publicUrl: "http://127.0.0.1:1",
      internalUrl: "http://127.0.0.1:1",
      draining: false,
      capacity: 1,
      load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
      webinars: {},
      at: Date.now(),
    }));
    const there = async () => (await registry.list("edge").catch(() => [])).length === 1;
    await until("announced", there);
    await server.kill();
    await server.start();
    await until("announced again", there, 3000);
    // Its connection goes as with the process: nothing withdraws it.
    await connection.close("killed");
    const died = Date.now();
    await until("forgotten", async () => !(await there()), 3000);
    expect(Date.now() - died).toBeLessThan(2600);
    await owner.close("done");
  });
});
