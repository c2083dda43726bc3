import { randomUUID } from "node:crypto";
import { type RpcSocket, Scope } from "@rostrum/platform";
import { ParticipantId, type RtpCapabilities, type StageProducer } from "@rostrum/protocol";
import type { types } from "mediasoup";
import { afterAll, beforeAll, expect, it } from "vitest";
import { log, RawClient, serveSockets, until } from "../../platform/test/harness.ts";
import { Board, mediaCodecs, Peer, type PoolWorker, WorkerPool } from "../src/index.ts";
import { ReceiverCodecs } from "../src/receiver-codecs.ts";
import { sendAudio } from "./rtp-source.ts";

let scope: Scope;
let router: types.Router;
let place: PoolWorker;
const identity = { participantId: ParticipantId.parse(randomUUID()), name: "Ada" };

beforeAll(async () => {
  scope = new Scope("test", log);
  const listen = { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort: 27_160 };
  const pool = await WorkerPool.create({ count: 1, listen, scope, log, onDied: () => {} });
  ({ router, place } = await pool.createRouter(mediaCodecs));
});
afterAll(() => scope.close("done"));

let asked = 0;
async function ask(client: RawClient, method: string, data: unknown) {
  const id = ++asked;
  client.send({ id, method, data });
  return client.answer(id);
}

const describe = (producer: types.Producer): StageProducer => ({
  producerId: producer.id,
  participantId: ParticipantId.parse(randomUUID()),
  name: "Grace",
  kind: producer.kind,
  source: "microphone",
  paused: false,
});

it("lets what is there flow with the connection, and what comes later wait for the client", async () => {
  const [there, later] = [await sendAudio(router), await sendAudio(router)];
  const board = new Board();
  board.add(describe(there.producer));
  const consumers: types.Consumer[] = [];
  router.observer.on("newtransport", (transport) =>
    transport.observer.on("newconsumer", (consumer) => consumers.push(consumer)),
  );
  const server = await serveSockets((socket: RpcSocket, authenticated) => {
    authenticated();
    new Peer({ socket, log, router, place, board, identity });
  });
  const client = await RawClient.open(server.url);
  const created = await ask(client, "transport.create", { direction: "receive" });
  const transportId = (created.data as { id: string }).id;
  const started = await ask(client, "receive.start", {
    transportId,
    rtpCapabilities: router.rtpCapabilities,
  });
  const opened = () => client.frames.filter(({ event }) => event === "consumer.opened");
  expect(opened().map(({ data }) => (data as { flows: boolean }).flows)).toEqual([true]);
  expect(client.frames.indexOf(opened()[0] ?? started)).toBeLessThan(client.frames.indexOf(started));
  expect(consumers.map(({ paused }) => paused)).toEqual([false]);

  const fingerprints = [{ algorithm: "sha-256", value: Array(32).fill("AB").join(":") }];
  await ask(client, "transport.connect", {
    transportId,
    dtlsParameters: { role: "client", fingerprints },
  });
  board.add(describe(later.producer));
  await until("the second consumer", () => opened().length === 2);
  expect(opened().map(({ data }) => (data as { flows: boolean }).flows)).toEqual([true, false]);
  expect(consumers.map(({ paused }) => paused)).toEqual([false, true]);
  const [, second] = opened().map(({ data }) => data as { consumerId: string });
  await ask(client, "consumer.resume", { consumerId: second?.consumerId });
  expect(consumers.map(({ paused }) => paused)).toEqual([false, false]);

  for (const source of [there, later]) source.stop();
  await server.scope.close("done");
});

it("consumes with a part of the capabilities as with all of them", async () => {
  const source = await sendAudio(router);
  const described = describe(source.producer);
  const transport = await router.createWebRtcTransport({ webRtcServer: place.webRtcServer });
  const all = router.rtpCapabilities;
  const codecs = ReceiverCodecs.of(all as unknown as RtpCapabilities);
  expect(ReceiverCodecs.of(structuredClone(all) as unknown as RtpCapabilities)).toBe(codecs);
  expect(codecs.canConsume(router, described)).toBe(true);
  const [whole, part] = await Promise.all(
    [all, codecs.capabilitiesFor(described)].map((rtpCapabilities) =>
      transport.consume({ producerId: source.producer.id, rtpCapabilities }),
    ),
  );
  const matched = (consumer: types.Consumer | undefined) => ({
    codecs: consumer?.rtpParameters.codecs,
    headerExtensions: consumer?.rtpParameters.headerExtensions,
  });
  expect(matched(part)).toEqual(matched(whole));
  expect(matched(part).codecs).toHaveLength(1);

  const video = ReceiverCodecs.of({ codecs: all.codecs?.filter(({ kind }) => kind === "video") } as never);
  expect(video.canConsume(router, described)).toBe(false);
  source.stop();
  transport.close();
});
