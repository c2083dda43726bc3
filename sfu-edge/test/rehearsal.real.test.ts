import { randomUUID } from "node:crypto";
import {
  connectRedis,
  createLog,
  createTokens,
  Registry,
  RemovedPeople,
  Scope,
  SeatLedger,
} from "@rostrum/platform";
import { WorkerPool } from "@rostrum/sfu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StageFinder } from "../src/find-stage.ts";
import { rehearse } from "../src/rehearsal.ts";

const log = createLog({ service: "test", level: "silent" });
const nodeId = `rehearsal-${randomUUID().slice(0, 8)}`;
const basePort = 24_700;

describe("a rehearsal", () => {
  const scope = new Scope("rehearsal test", log);
  let options: Omit<Parameters<typeof rehearse>[0], "joins" | "isOver">;
  let pool: WorkerPool;

  beforeAll(async () => {
    const redis = connectRedis(process.env.REDIS_URL ?? "", { log, scope, name: "rehearsal" });
    const listen = { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort };
    pool = await WorkerPool.create({ count: 1, listen, scope, log, onDied: () => {} });
    const tokens = createTokens("0123456789abcdef0123456789abcdef");
    const stages = new StageFinder({
      redis,
      registry: new Registry(redis),
      self: { nodeId, region: "test" },
    });
    const pipes = { ip: "127.0.0.1", portMin: basePort + 20, portMax: basePort + 29 };
    options = {
      pool,
      tokens,
      ledger: new SeatLedger(redis),
      removed: new RemovedPeople(redis),
      link: { stages, tokens, nodeId, epoch: randomUUID(), listen: pipes, log },
      scope,
      log,
    };
  });
  afterAll(() => scope.close("done"));

  it("lets so many in, and leaves nothing behind", async () => {
    const before = scope.count();
    expect(await rehearse({ ...options, joins: 12, isOver: () => false })).toBe(12);
    expect(scope.count()).toBe(before);
    const [place] = pool.workers;
    expect(place?.routers).toBe(0);
    expect((await place?.worker.dump())?.routerIds).toEqual([]);
    expect((await place?.webRtcServer.dump())?.webRtcTransportIds).toEqual([]);
  });

  it("ends when somebody comes", async () => {
    let asked = 0;
    expect(await rehearse({ ...options, joins: 400, isOver: () => ++asked > 3 })).toBe(3);
  });

  it("ends with its node", async () => {
    const node = scope.child("node");
    let came = 0;
    const isOver = () => {
      if (++came === 3) void node.close("stopped");
      return false;
    };
    await rehearse({ ...options, scope: node, joins: 400, isOver }).catch(() => undefined);
    expect(came).toBeLessThanOrEqual(4);
  });

  it("fails when a join cannot be: it rehearses the whole way in", async () => {
    const [place] = pool.workers;
    place?.webRtcServer.close();
    await expect(rehearse({ ...options, joins: 1, isOver: () => false })).rejects.toThrow();
    expect(place?.routers).toBe(0);
  });
});
