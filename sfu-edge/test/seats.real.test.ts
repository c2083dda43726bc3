import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  connectRedis,
  createLog,
  createTokens,
  HttpServer,
  Registry,
  RemovedPeople,
  Scope,
  SeatLedger,
  sleep,
} from "@rostrum/platform";
import { edgeMethods, ParticipantId, protocolVersion, type RoomClaims, WebinarId } from "@rostrum/protocol";
import { WorkerPool } from "@rostrum/sfu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { serveAttendees } from "../src/attendee-sockets.ts";
import { Audience } from "../src/audience.ts";
import { emptyRoom } from "../src/empty-room.ts";
import { StageFinder } from "../src/find-stage.ts";
import { unmeasured } from "../src/metrics.ts";

const log = createLog({ service: "test", level: "silent" });
const nodeId = `seats-${randomUUID().slice(0, 8)}`;
const basePort = 24_740;
const tokens = createTokens("0123456789abcdef0123456789abcdef");
const webinarId = WebinarId.parse(randomUUID());

describe("a seat at an edge", () => {
  const scope = new Scope("seats test", log);
  let ledger: SeatLedger;
  let url: string;

  beforeAll(async () => {
    const redis = connectRedis(process.env.REDIS_URL ?? "", { log, scope, name: "seats" });
    ledger = new SeatLedger(redis);
    const removed = new RemovedPeople(redis);
    const stages = new StageFinder({
      redis,
      registry: new Registry(redis),
      self: { nodeId, region: "test" },
    });
    const listen = { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort };
    const pool = await WorkerPool.create({ count: 1, listen, scope, log, onDied: () => {} });
    const pipes = { ip: "127.0.0.1", portMin: basePort + 20, portMax: basePort + 29 };
    const epoch = randomUUID();
    const link = { stages, tokens, nodeId, epoch, listen: pipes, log };
    const feed = { snapshot: async () => emptyRoom(webinarId, "Seats"), follow: () => undefined };
    const audience = await Audience.open({ webinarId, pool, feed, ledger, removed, link, scope, log });
    const http = new HttpServer(log);
    const allowedOrigin = `http://127.0.0.1:${await http.listen("127.0.0.1", 0, scope)}`;
    url = `${allowedOrigin.replace("http", "ws")}/ws`;
    serveAttendees({
      http,
      scope,
      log,
      tokens,
      audiences: { open: async () => audience },
      removed,
      facts: { report: () => undefined },
      nodeId,
      epoch,
      allowedOrigin,
      isDraining: () => false,
      measured: unmeasured,
    });
  });
  afterAll(() => scope.close("done"));

  const taken = (count: number, withinMs: number) =>
    expect.poll(() => ledger.taken(webinarId), { timeout: withinMs, interval: 20 }).toBe(count);

  it("is free at once when the page goes, and kept for a moment when the socket breaks", async () => {
    const page = await join(url, "webrtc");
    await taken(1, 2000);
    page.socket.close(1001);
    await taken(0, 500);
    const broken = await join(url, "webrtc");
    await taken(1, 2000);
    broken.socket.terminate();
    await sleep(800);
    expect(await ledger.taken(webinarId)).toBe(1);
    await taken(0, 2000);
  });

  it("is taken on the socket that waits for it, with all that is needed to receive", async () => {
    const { socket, ask, participantId, media } = await join(url, "hls");
    expect(media).toBeUndefined();
    const token = await admit(participantId, "webrtc");
    const answer = edgeMethods["seat.take"].response.parse(await ask("seat.take", { token }));
    expect(answer.media?.transport.iceCandidates.length).toBeGreaterThan(0);
    const transportId = answer.media?.transport.id;
    const rtpCapabilities = answer.media?.routerRtpCapabilities;
    await ask("receive.start", { transportId, rtpCapabilities });
    await taken(1, 2000);
    socket.close(1000);
    await taken(0, 500);
  });
});

const admit = (participantId: ParticipantId, delivery: RoomClaims["delivery"]): Promise<string> =>
  tokens.signRoom(
    {
      webinarId,
      participantId,
      admissionId: randomUUID() as RoomClaims["admissionId"],
      role: "attendee",
      delivery,
      name: "Ada",
      audience: "edge",
    },
    60,
  );

/** Somebody in the room; `ask` answers a request's data. */
async function join(url: string, delivery: RoomClaims["delivery"]) {
  const participantId = ParticipantId.parse(randomUUID());
  const socket = new WebSocket(url);
  await once(socket, "open");
  let asked = 0;
  const ask = (method: string, data: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++asked;
      socket.on("message", (frame) => {
        const answer = JSON.parse(frame.toString());
        if (answer.id !== id) return;
        if (answer.ok) resolve(answer.data);
        else reject(new Error(answer.error.message));
      });
      socket.send(JSON.stringify({ id, method, data }));
    });
  const token = await admit(participantId, delivery);
  const hello = await ask("hello", { version: protocolVersion, token, receive: true });
  return { socket, ask, participantId, ...edgeMethods.hello.response.parse(hello) };
}
