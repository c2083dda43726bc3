import { randomUUID } from "node:crypto";
import { acceptFacts, listOpenLives } from "@rostrum/db";
import type { NodeHeartbeat } from "@rostrum/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LostStays } from "../src/jobs/stays.ts";
import { hostHeaders, openServer, registrant, type Stage, scheduleAs } from "./harness.ts";

let server: Stage;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

type Edge = { nodeId: string; epoch: string };

/** An edge as the registry shows it: announced until the returned function is called. */
async function announced({ nodeId, epoch }: Edge): Promise<() => Promise<void>> {
  const scope = server.services.scope.child(nodeId);
  const beat = (): NodeHeartbeat => ({
    nodeId,
    kind: "edge",
    epoch,
    region: "local",
    publicUrl: "http://127.0.0.1:1",
    internalUrl: "http://127.0.0.1:1",
    draining: false,
    capacity: 1,
    load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
    webinars: {},
    at: Date.now(),
  });
  server.services.registry.announce(scope, beat, 100);
  while (!(await server.services.registry.list("edge")).some((edge) => edge.epoch === epoch))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return () => scope.close("gone");
}

it("ends stays on an edge that is gone, and none for the time in which nobody could see the edges", async () => {
  const { services } = server;
  const { id: webinarId } = await scheduleAs(await hostHeaders(services, "stays@example.test"));
  const edges: Edge[] = [1, 2].map((n) => ({
    nodeId: `stays-${n}-${randomUUID().slice(0, 8)}`,
    epoch: randomUUID(),
  }));
  const lives = edges.map(({ nodeId, epoch }) => `${nodeId}/${epoch}`);
  for (const life of lives) {
    const { registration } = await registrant(services, webinarId);
    await acceptFacts(services.db, [
      {
        type: "attendance.opened",
        factId: randomUUID(),
        intervalId: randomUUID(),
        webinarId: webinarId as never,
        participantId: registration.id as never,
        admissionId: randomUUID() as never,
        role: "attendee",
        delivery: "webrtc",
        nodeId: life,
        at: Date.now(),
      },
    ]);
  }
  const open = async () => (await listOpenLives(services.db)).filter((life) => lives.includes(life)).sort();
  const [one, two] = edges as [Edge, Edge];
  await announced(one);
  const withdraw = await announced(two);
  const stays = new LostStays(services);
  let now = Date.now();
  const sweep = (afterMs: number) => {
    now += afterMs;
    return stays.sweep(now);
  };
  for (let i = 0; i < 3; i++) await sweep(2000);

  // Redis was away for half a minute; the second edge is a moment later than the first to be back.
  await withdraw();
  expect(await sweep(30_000)).toBe(0);
  expect(await open()).toEqual([...lives].sort());

  // It does not come back at all: after ten seconds of looking its stays are over, and nobody else's.
  for (let i = 0; i < 6; i++) await sweep(2000);
  expect(await open()).toEqual([lives[0]]);
});
