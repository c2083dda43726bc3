import { afterAll, beforeAll, expect, it } from "vitest";
import { countPackets, sendAudio } from "../../packages/sfu/test/rtp-source.ts";
import { StageLink } from "../src/stage-link.ts";
import { counter, microphone, type Node, openNodes } from "./nodes.ts";

let nodes: Awaited<ReturnType<typeof openNodes>>;
beforeAll(async () => {
  nodes = await openNodes(27_300);
});
afterAll(() => nodes.scope.close("done"));

const link = (at: Node, region: string): Promise<StageLink | undefined> =>
  StageLink.open({
    context: nodes.context(at.nodeId, region),
    webinarId: nodes.webinarId,
    router: at.router,
    board: at.board,
    scope: at.scope,
  });

it("a distant region takes the stage once and hands it on; an edge whose parent ends goes to the origin", async () => {
  const { webinarId } = nodes;
  const [direct, below] = [counter(), counter()];
  const origin: Node = await nodes.node("origin", {
    kind: "origin",
    region: "here",
    source: () => ({
      webinarId,
      scope: origin.scope,
      router: origin.router,
      board: origin.board,
      addReceiver: direct.add,
    }),
  });
  await nodes.takeLease(origin);
  const links = new Map<string, StageLink | undefined>();
  const edge = async (name: string): Promise<Node> => {
    const made: Node = await nodes.node(name, {
      kind: "edge",
      region: "far",
      source: () => {
        const own = links.get(made.nodeId);
        if (!own || own.scope.closed) throw new Error("not here");
        const { router, board } = made;
        return { webinarId, scope: own.scope, router, board, addReceiver: below.add };
      },
    });
    return made;
  };
  const edges = [await edge("a"), await edge("b")];
  const source = await sendAudio(origin.router);
  origin.board.add(microphone(source.producer.id));

  // Whoever is first in the webinar's order finds the origin, the other one finds the first.
  const places = await Promise.all(
    edges.map(({ nodeId }) => nodes.finder(nodeId, "far").candidates(webinarId)),
  );
  const upper = places[0]?.[0]?.nodeId === origin.nodeId ? 0 : 1;
  const [parent, child] = [edges[upper], edges[1 - upper]] as [Node, Node];
  expect(places[upper]?.[0]?.nodeId).toBe(origin.nodeId);
  expect(places[1 - upper]?.map(({ nodeId }) => nodeId)).toEqual([parent.nodeId, origin.nodeId]);

  // While the parent does not have the stage itself, the child takes it from the origin rather than wait.
  const early = await link(child, "far");
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(1);
  expect([direct.count(), below.count()]).toEqual([1, 0]);
  await early?.scope.close("done");
  await expect.poll(() => direct.count(), { timeout: 3000 }).toBe(0);

  links.set(parent.nodeId, await link(parent, "far"));
  links.set(child.nodeId, await link(child, "far"));
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(1);
  expect([direct.count(), below.count()]).toEqual([1, 1]);
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
  expect([direct.count(), below.count()]).toEqual([1, 0]);
  source.stop();
  await expect.poll(() => child.board.list().length, { timeout: 3000 }).toBe(0);
}, 30_000);
