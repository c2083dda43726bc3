import { randomUUID } from "node:crypto";
import {
  connectRedis,
  createHttpServer,
  createLog,
  createMetrics,
  createTokens,
  Lease,
  type Redis,
  Registry,
  Scope,
} from "@rostrum/platform";
import { type NodeHeartbeat, type NodeKind, ParticipantId, WebinarId } from "@rostrum/protocol";
import { Board, mediaCodecs, type PipeSource, servePipes, WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { afterAll, beforeAll, expect, it } from "vitest";
import { countPackets, sendAudio } from "../../packages/sfu/test/rtp-source.ts";
import { StageFinder } from "../src/find-stage.ts";
import { StageLink } from "../src/stage-link.ts";

const log = createLog({ service: "test", level: "silent" });
const scope = new Scope("cascade", log);
const tokens = createTokens("0123456789abcdef0123456789abcdef");
const webinarId = WebinarId.parse(randomUUID());
const listen = { ip: "127.0.0.1", portMin: 47_300, portMax: 47_399 };
let redis: Redis;
let registry: Registry;
let pool: WorkerPool;

beforeAll(async () => {
  redis = connectRedis(process.env.REDIS_URL ?? "", { log, scope, name: "cascade" });
  registry = new Registry(redis);
  pool = await WorkerPool.create({
    count: 3,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 47_290 },
    scope,
    log,
    onDied: () => {},
  });
});
afterAll(() => scope.close("done"));

type Node = { nodeId: string; url: string; router: types.Router; board: Board; scope: Scope };

/** A node of the cascade with a real HTTP server; what it hands on is `source`. */
async function node(
  name: string,
  kind: NodeKind & ("origin" | "edge"),
  about: { port: number; region: string; source: () => PipeSource },
): Promise<Node> {
  const own = scope.child(name);
  const nodeId = `${name}-${webinarId.slice(0, 8)}`;
  const metrics = createMetrics({ service: kind, nodeId });
  const http = createHttpServer({ log, metrics, service: kind, nodeId, faults: () => [] });
  await http.listen("127.0.0.1", about.port, own);
  const epoch = randomUUID();
  servePipes({ http, scope: own, log, tokens, nodeId, epoch, listen, open: async () => about.source() });
  const url = `http://127.0.0.1:${about.port}`;
  const beat: Omit<NodeHeartbeat, "at"> = {
    nodeId,
    kind,
    epoch,
    region: about.region,
    publicUrl: url,
    internalUrl: url,
    draining: false,
    capacity: 10,
    load: { peers: 1, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
    webinars: { [webinarId]: 1 },
  };
  await registry.announce(own, () => ({ ...beat, at: Date.now() }))();
  const { router } = await pool.createRouter(mediaCodecs);
  own.add("router", () => router.close());
  return { nodeId, url, router, board: new Board(), scope: own };
}

const link = (at: Node, region: string): Promise<StageLink | undefined> =>
  StageLink.open({
    context: {
      stages: new StageFinder({ redis, registry, self: { nodeId: at.nodeId, region } }),
      tokens,
      nodeId: at.nodeId,
      epoch: randomUUID(),
      listen,
      log,
    },
    webinarId,
    router: at.router,
    board: at.board,
    scope: at.scope,
  });

it("a distant region takes the stage once and hands it on; an edge whose parent ends goes to the origin", async () => {
  let below = 0;
  const count = () => {
    below++;
    return () => {
      below--;
    };
  };
  let direct = 0;
  const origin: Node = await node("origin", "origin", {
    port: 47_401,
    region: "here",
    source: () => ({
      webinarId,
      scope: origin.scope,
      router: origin.router,
      board: origin.board,
      addReceiver: () => {
        direct++;
        return () => {
          direct--;
        };
      },
    }),
  });
  await Lease.take({
    redis,
    key: `lease:stage:${webinarId}`,
    holder: origin.nodeId,
    address: origin.url,
    ttlMs: 5000,
    scope,
  });
  const links = new Map<string, StageLink | undefined>();
  const edge = async (name: string, port: number): Promise<Node> => {
    const made: Node = await node(name, "edge", {
      port,
      region: "far",
      source: () => {
        const own = links.get(made.nodeId);
        if (!own || own.scope.closed) throw new Error("not here");
        return { webinarId, scope: own.scope, router: made.router, board: made.board, addReceiver: count };
      },
    });
    return made;
  };
  const edges = [await edge("a", 47_402), await edge("b", 47_403)];
  const source = await sendAudio(origin.router);
  origin.board.add({
    producerId: source.producer.id,
    participantId: ParticipantId.parse(randomUUID()),
    name: "Ada",
    kind: "audio",
    source: "microphone",
    paused: false,
  });

  // Whoever is first in the webinar's order finds the origin, the other one finds the first.
  const places = await Promise.all(
    edges.map(({ nodeId }) =>
      new StageFinder({ redis, registry, self: { nodeId, region: "far" } }).candidates(webinarId),
    ),
  );
  const upper = places[0]?.[0]?.nodeId === origin.nodeId ? 0 : 1;
  const [parent, child] = [edges[upper], edges[1 - upper]] as [Node, Node];
  expect(places[upper]?.[0]?.nodeId).toBe(origin.nodeId);
  expect(places[1 - upper]?.map(({ nodeId }) => nodeId)).toEqual([parent.nodeId, origin.nodeId]);

  // While the parent does not have the stage itself, the child takes it from the origin rather than wait.
  const early = await link(child, "far");
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(1);
  expect([direct, below]).toEqual([1, 0]);
  await early?.scope.close("done");
  await expect.poll(() => direct, { timeout: 3000 }).toBe(0);

  links.set(parent.nodeId, await link(parent, "far"));
  links.set(child.nodeId, await link(child, "far"));
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(1);
  expect([direct, below]).toEqual([1, 1]);
  const packets = await countPackets(child.router, source.producer.id);
  const startedAt = source.sent();
  await expect.poll(() => source.sent() - startedAt, { timeout: 5000 }).toBeGreaterThan(50);
  expect(packets.received()).toBeGreaterThan(40);

  // A producer that is closed at the top is gone at the bottom.
  const ended = links.get(child.nodeId);
  await links.get(parent.nodeId)?.scope.close("killed");
  await expect.poll(() => ended?.scope.closed, { timeout: 3000 }).toBe(true);
  expect(child.board.list()).toEqual([]);
  links.set(child.nodeId, await link(child, "far"));
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(1);
  expect([direct, below]).toEqual([1, 0]);
  source.stop();
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(0);
}, 30_000);
