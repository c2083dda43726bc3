import { createLog, Scope, sleep } from "@rostrum/platform";
import { expect, it } from "vitest";
import { mediaCodecs, WorkerPool } from "../src/index.ts";
import { createWebRtcTransport } from "../src/webrtc.ts";

const log = createLog({ service: "test", level: "silent" });

it("a worker that is killed is replaced on the same port, and its owner is told once", async () => {
  const scope = new Scope("test", log);
  const died: number[] = [];
  const pool = await WorkerPool.create({
    count: 1,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_150 },
    scope,
    log,
    onDied: (worker) => died.push(worker.pid),
  });
  const idle = scope.count();
  const { router, place } = await pool.createRouter(mediaCodecs);
  const { pid } = place.worker;
  const killedAt = performance.now();
  process.kill(pid, "SIGKILL");
  while (!(died.length === 1 && pool.alive) && performance.now() - killedAt < 5000) await sleep(10);
  expect(died).toEqual([pid]);
  expect(router.closed).toBe(true);

  const again = await pool.createRouter(mediaCodecs);
  expect(again.place.worker.pid).not.toBe(pid);
  const transport = await createWebRtcTransport(again.router, again.place.webRtcServer, "receive");
  expect(transport.iceCandidates.map(({ port }) => port)).toEqual([27_150, 27_150]);
  expect(pool.workers).toHaveLength(1);
  expect(scope.count()).toBe(idle);
  await scope.close("done");
  expect(pool.alive).toBe(false);
});

it("a pool does not close by itself when the process is told to stop: media goes on while people are moved", async () => {
  const signals = ["SIGTERM", "SIGINT"] as const;
  const before = signals.map((signal) => process.listenerCount(signal));
  const scope = new Scope("test", log);
  await WorkerPool.create({
    count: 2,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_152 },
    scope,
    log,
    onDied: () => undefined,
  });
  expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
  await scope.close("done");
});
