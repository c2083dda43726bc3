import { randomBytes, randomUUID } from "node:crypto";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { findRegistrantsByTokens, type Registrant } from "@rostrum/db";
import { inSpareTime, type Scope } from "@rostrum/platform";
import type { NodeHeartbeat } from "@rostrum/protocol";
import { door } from "./door.ts";
import type { Services } from "./services.ts";
import { Together } from "./together.ts";

type RehearsalOptions = {
  /** People who ask to be let in. */
  joins: number;
  /** Asked now and then: somebody real is here, and rehearses as well. */
  isOver: () => boolean;
};

/** Who comes at the same time: what is asked for many together is rehearsed too. */
const atOnce = 10;

/**
 * As an edge does (decision 023): web lets that many people in before anybody comes, so that the first stampede finds
 * code that is compiled. By the same door on a port that only it knows, with links that are nobody's, to an edge that is
 * none; the database, Redis and the tokens are the real ones. Nobody is told of them: no device, no figure, no seat.
 * Answers how many were let in.
 */
export async function rehearse(services: Services, { joins, isOver }: RehearsalOptions): Promise<number> {
  const scope = services.scope.child("rehearsal");
  try {
    const webinarId = randomUUID();
    const port = await open(pretended(services, webinarId), scope);
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    scope.add("connections", () => agent.destroy());
    const times = Math.ceil(joins / atOnce);
    const rounds = await inSpareTime({ times, isOver, signal: services.scope.signal }, async () => {
      const came = await Promise.all(Array.from({ length: atOnce }, () => attend(port, agent)));
      for (const participantId of came) await services.seats.release(webinarId, participantId, 0);
    });
    return rounds * atOnce;
  } finally {
    await scope.close("the rehearsal is over");
  }
}

/** The same services, for people who are not there. */
function pretended(services: Services, webinarId: string): Services {
  const { config, db, edges, measures } = services;
  const edge = pretendedEdge(config.REGION);
  return {
    ...services,
    // Calls are counted under another secret: nobody's allowance is used up.
    config: { ...config, ROSTRUM_SECRET: randomBytes(32).toString("hex") },
    registrants: new Together(async (hashes) => {
      await findRegistrantsByTokens(db, hashes);
      return new Map(hashes.map((hash) => [hash, somebody(webinarId)]));
    }),
    edges: {
      look: async () => ({ ...(await edges.look()), edges: [edge] }),
      send: () => undefined,
    },
    devices: { note: () => undefined },
    measures: { ...measures, placed: () => undefined, refused: () => undefined, called: () => undefined },
  };
}

const pretendedEdge = (region: string): NodeHeartbeat => ({
  nodeId: "rehearsal",
  kind: "edge",
  epoch: randomUUID(),
  region,
  publicUrl: "http://127.0.0.1",
  internalUrl: "http://127.0.0.1",
  draining: false,
  capacity: Number.MAX_SAFE_INTEGER,
  load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
  webinars: {},
  at: Date.now(),
});

/** A registrant of a webinar that is in no database: of it, what an admission reads. */
const somebody = (webinarId: string): Registrant => ({
  id: randomUUID(),
  name: "Rehearsal",
  removedAt: null,
  webinar: {
    id: webinarId,
    phase: "scheduled",
    seats: Number.MAX_SAFE_INTEGER,
    passcodeHash: null,
    passcodeAt: "register",
  } as Registrant["webinar"],
});

async function open(services: Services, scope: Scope): Promise<number> {
  const server = createServer(
    door(services, async (_, outgoing) => {
      outgoing.writeHead(404).end();
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  scope.add("door", () => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** What a page sends to be let in. Answers as whom; rejects when it is not. */
async function attend(port: number, agent: Agent): Promise<string> {
  const body = JSON.stringify({
    json: { joinToken: randomBytes(32).toString("base64url"), prefer: "webrtc" },
  });
  const answer = await post(`http://127.0.0.1:${port}/api/trpc/attendance.admit`, body, agent);
  const { result } = JSON.parse(answer) as { result?: { data: { json: { participantId: string } } } };
  if (!result) throw new Error(`the rehearsal was not let in: ${answer.slice(0, 300)}`);
  return result.data.json.participantId;
}

function post(url: string, body: string, agent: Agent): Promise<string> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers, timeout: 10_000 }, async (response) => {
      const chunks: Buffer[] = await response.toArray().catch((error: unknown) => {
        reject(error);
        return [];
      });
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("the rehearsal was not answered")));
    sent.end(body);
  });
}
