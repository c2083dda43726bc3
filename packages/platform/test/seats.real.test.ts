import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, createLog, type Redis, Scope, SeatLedger, sleep } from "../src/index.ts";

const log = createLog({ service: "test", level: "silent" });
const scope = new Scope("seats", log);
let redis: Redis;
let ledgers: SeatLedger[];

beforeAll(() => {
  const url = process.env.REDIS_URL ?? "";
  redis = connectRedis(url, { log, scope, name: "seats" });
  // Several web processes.
  ledgers = [0, 1, 2].map((i) => new SeatLedger(connectRedis(url, { log, scope, name: `seats-${i}` })));
});
afterAll(() => scope.close("done"));

const people = (count: number) => Array.from({ length: count }, () => randomUUID());
const rule = (seats: number, taken = 0) => ({ seats, ttlMs: 5000, countTaken: async () => taken });
const ledger = (i = 0) => ledgers[i % 3] as SeatLedger;

describe("seats", () => {
  it("are never sold twice, whoever sells them", async () => {
    const webinarId = randomUUID();
    const everybody = people(60);
    const taken = await Promise.all(everybody.map((id, i) => ledger(i).take(webinarId, id, rule(10))));
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(await ledger().taken(webinarId)).toBe(10);
    // Whoever has one keeps it, however often they ask.
    const holder = everybody[taken.indexOf(true)] ?? "";
    expect(await ledger(1).take(webinarId, holder, rule(10))).toBe(true);
    expect(await ledger().taken(webinarId)).toBe(10);
  });

  it("go to those who waited longest, once each, and not to those who have gone", async () => {
    const webinarId = randomUUID();
    const [seated, first, second, gone] = people(4) as [string, string, string, string];
    await ledger().take(webinarId, seated, rule(1));
    expect(await ledger().wait(webinarId, gone, 1)).toBe(1);
    await sleep(60);
    expect(await ledger().wait(webinarId, second, 30)).toBe(30);
    await ledger(1).wait(webinarId, first, 20);
    expect(await ledger(2).wait(webinarId, first, 99)).toBe(20);
    const offer = (seats: number) => ledger().offer(webinarId, { seats, ttlMs: 5000, absentMs: 50 });
    expect(await offer(1)).toEqual([]);
    await ledger().release(webinarId, seated, 0);
    await ledger().keepWaiting(webinarId, [
      { participantId: first, since: 500 },
      { participantId: second, since: 30 },
    ]);
    const offers = await Promise.all([0, 1, 2].map(() => offer(1)));
    expect(offers.flat()).toEqual([first]);
    expect(await ledger(1).take(webinarId, first, rule(1))).toBe(true);
    expect(await ledger(1).take(webinarId, second, rule(1))).toBe(false);
    expect(await offer(2)).toEqual([second]);
    expect(await offer(5)).toEqual([]);
    expect(await ledger().waitlists()).not.toContain(webinarId);
  });

  it("are kept for a moment when a socket breaks, and free when nobody holds them", async () => {
    const webinarId = randomUUID();
    const [one, two] = people(2) as [string, string];
    await ledger().hold(webinarId, [one], 5000);
    await ledger().release(webinarId, one, 150);
    expect(await ledger().take(webinarId, two, rule(1))).toBe(false);
    await sleep(200);
    expect(await ledger().take(webinarId, two, rule(1))).toBe(true);
    // Somebody who came back on another edge in time keeps it.
    await ledger().release(webinarId, two, 150);
    await ledger(1).hold(webinarId, [two], 5000);
    await sleep(200);
    expect(await ledger().taken(webinarId)).toBe(1);
  });

  it("are not oversold while an emptied Redis learns them again", async () => {
    const webinarId = randomUUID();
    const seated = people(5);
    await ledger().hold(webinarId, seated, 5000);
    await redis.del(`seats:{${webinarId}}`);
    const late = randomUUID();
    expect(await ledger().take(webinarId, late, rule(5, 5))).toBe(false);
    await ledger().hold(webinarId, seated, 5000);
    expect(await ledger().take(webinarId, late, rule(5, 5))).toBe(false);
    expect(await ledger().take(webinarId, late, rule(6, 5))).toBe(true);
  });
});
