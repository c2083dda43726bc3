import { randomUUID } from "node:crypto";
import { RouterSet } from "@rostrum/sfu";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sendAudio } from "../../packages/sfu/test/rtp-source.ts";
import { StageFeed } from "../src/stage-feed.ts";
import { counter, microphone, type Node, openNodes } from "./nodes.ts";

let nodes: Awaited<ReturnType<typeof openNodes>>;
beforeAll(async () => {
  nodes = await openNodes(27_400);
});
afterAll(() => nodes.scope.close("done"));

/** An origin with a panelist who publishes there, and the word that it goes away. */
async function origin(name: string, participantId: string) {
  let move: () => void = () => undefined;
  const made: Node = await nodes.node(name, {
    kind: "origin",
    region: "here",
    source: () => ({
      webinarId: nodes.webinarId,
      scope: made.scope,
      router: made.router,
      board: made.board,
      addReceiver: counter().add,
      onMoving: (listener) => {
        move = listener;
        return () => undefined;
      },
    }),
  });
  const source = await sendAudio(made.router);
  made.board.add(microphone(source.producer.id, participantId));
  return { ...made, producerId: source.producer.id, move: () => move(), stop: () => source.stop() };
}

it("a stage that moves comes in from both origins until the first one is done, and nothing below notices", async () => {
  const { webinarId, scope, log, pool } = nodes;
  const participantId = randomUUID();
  const old = await origin("old", participantId);
  const lease = await nodes.takeLease(old);
  const routers = await RouterSet.open({ pool, scope, log });
  const feed = new StageFeed({
    webinarId,
    context: nodes.context("edge", "here"),
    routers,
    scope,
    log,
    wanted: () => ({ receivers: 1, phase: "live" }),
  });
  const ids = () => feed.producers.map(({ producer }) => producer.id);
  await expect.poll(ids, { timeout: 5000 }).toEqual([old.producerId]);
  const below = feed.asPipeSource();

  const next = await origin("next", participantId);
  await lease?.release();
  await nodes.takeLease(next);
  old.move();
  await expect.poll(ids, { timeout: 5000 }).toEqual([old.producerId, next.producerId]);
  expect(feed.asPipeSource().scope).toBe(below.scope);

  await old.scope.close("handed over");
  await expect.poll(ids, { timeout: 5000 }).toEqual([next.producerId]);
  expect(below.board.list().map(({ producerId }) => producerId)).toEqual([next.producerId]);
  expect(below.scope.closed).toBe(false);

  // An origin that ends without a word takes the stage with it, and whatever is below.
  await next.scope.close("killed");
  await expect.poll(() => below.scope.closed, { timeout: 5000 }).toBe(true);
  expect(ids()).toEqual([]);
}, 30_000);
