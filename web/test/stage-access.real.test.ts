import { randomUUID } from "node:crypto";
import { findWebinar } from "@rostrum/db";
import { Lease } from "@rostrum/platform";
import { Admission, type NodeHeartbeat, type NodeKind } from "@rostrum/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { invitePanelist } from "../src/server/use-cases/webinars.ts";
import { hostHeaders, mutate, openServer, type Stage, scheduleAs } from "./harness.ts";

let server: Stage;
const suffix = randomUUID().slice(0, 8);
const [first, second, edge] = [`origin-a-${suffix}`, `origin-b-${suffix}`, `edge-${suffix}`] as const;

async function announce(kind: NodeKind, nodeId: string): Promise<void> {
  const { registry, scope } = server.services;
  const beat = (): NodeHeartbeat => ({
    nodeId,
    kind,
    epoch: randomUUID(),
    region: "local",
    publicUrl: "http://127.0.0.1:1",
    internalUrl: "http://127.0.0.1:1",
    draining: false,
    capacity: 10,
    load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
    webinars: {},
    at: Date.now(),
  });
  registry.announce(scope, beat, 100);
  while (!(await registry.list(kind)).some((node) => node.nodeId === nodeId))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

beforeAll(async () => {
  server = await openServer();
  await Promise.all([announce("origin", first), announce("origin", second), announce("edge", edge)]);
});
afterAll(() => server.close());

it("a panelist goes to the owner of the stage, and past it once when it was lost", async () => {
  const { services } = server;
  const { id } = await scheduleAs(await hostHeaders(services, "stage-access@example.test"));
  const webinar = await findWebinar(services.db, id);
  if (!webinar) throw new Error("no webinar");
  const { link } = await invitePanelist(services, webinar, { name: "Hedy", email: "hedy@example.test" });
  const joinToken = link.split("/").at(-1);
  const stageOf = async (excludeEdges: string[]): Promise<string | undefined> => {
    const { data } = await mutate("attendance.admit", { joinToken, excludeEdges });
    return Admission.parse(data).stage?.nodeId;
  };
  const key = `lease:stage:${id}`;
  for (const owner of [first, second]) {
    const scope = services.scope.child(owner);
    const lease = await Lease.take({ redis: services.redis, key, holder: owner, ttlMs: 60_000, scope });
    expect(lease).toBeDefined();
    expect(await stageOf([])).toBe(owner);
    expect(await stageOf([owner])).not.toBe(owner);
    // Nobody else is left: better the lost one than none.
    expect(await stageOf([first, second])).toBe(owner);
    await scope.close("done");
  }
});
