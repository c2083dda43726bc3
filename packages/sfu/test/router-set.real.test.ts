import { createLog, Scope } from "@rostrum/platform";
import { ParticipantId } from "@rostrum/protocol";
import { packReceivers } from "@rostrum/rules";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RouterSet, WorkerPool } from "../src/index.ts";
import { countPackets, sendAudio } from "./rtp-source.ts";

const log = createLog({ service: "test", level: "silent" });
const scope = new Scope("test", log);
let pool: WorkerPool;

beforeAll(async () => {
  pool = await WorkerPool.create({
    count: 3,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_160 },
    scope,
    log,
    onDied: () => {},
  });
});
afterAll(() => scope.close("done"));

const described = (producerId: string) => ({
  producerId,
  participantId: ParticipantId.parse("11111111-1111-4111-8111-111111111111"),
  name: "Ada",
  kind: "audio" as const,
  source: "microphone" as const,
  paused: false,
});

it("grows to another core when the first is full, and the same producer flows on each", async () => {
  const own = scope.child("set");
  const idle = own.count();
  const routers = await RouterSet.open({ pool, scope: own, log });
  const source = await sendAudio(routers.ingress.router);
  routers.ingress.board.add(described(source.producer.id));
  const seats = [];
  // All at once: one new core is opened, not one for each who came meanwhile.
  for (let i = 0; i < packReceivers; i++) seats.push(await routers.take());
  expect(routers.branches).toHaveLength(1);
  seats.push(...(await Promise.all(Array.from({ length: 10 }, () => routers.take()))));
  expect(routers.branches).toHaveLength(2);
  const second = routers.branches[1];
  if (!second) throw new Error("no second branch");
  expect(second.place).not.toBe(routers.ingress.place);
  await expect.poll(() => second.board.list().length, { timeout: 3000 }).toBe(1);
  const counts = [];
  for (const { router } of routers.branches) counts.push(await countPackets(router, source.producer.id));
  const startedAt = source.sent();
  await expect.poll(() => source.sent() - startedAt, { timeout: 5000 }).toBeGreaterThan(50);
  for (const { received } of counts) expect(received()).toBeGreaterThan(40);

  // What is closed on the stage is gone everywhere.
  source.stop();
  await expect.poll(() => second.board.list().length, { timeout: 3000 }).toBe(0);
  for (const { release } of seats) release();
  for (const { release } of seats) release();
  expect(routers.branches.map(({ receivers }) => receivers)).toEqual([0, 0]);
  await own.close("done");
  expect(own.count()).toBe(idle);
  expect(pool.workers.map(({ routers: count }) => count)).toEqual([0, 0, 0]);
});
