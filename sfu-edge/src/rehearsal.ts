import { randomUUID } from "node:crypto";
import {
  connectRpc,
  HttpServer,
  inSpareTime,
  type Log,
  type RemovedPeople,
  type Scope,
  type SeatLedger,
  type Tokens,
} from "@rostrum/platform";
import {
  edgeMethods,
  mediaEvents,
  ParticipantId,
  protocolVersion,
  type RoomClaims,
  WebinarId,
} from "@rostrum/protocol";
import type { WorkerPool } from "@rostrum/sfu";
import type { types } from "mediasoup";
import { serveAttendees } from "./attendee-sockets.ts";
import { Audience } from "./audience.ts";
import { emptyRoom } from "./empty-room.ts";
import { unmeasured } from "./metrics.ts";
import type { LinkContext } from "./stage-link.ts";

type RehearsalOptions = {
  pool: WorkerPool;
  tokens: Tokens;
  ledger: SeatLedger;
  removed: RemovedPeople;
  link: LinkContext;
  scope: Scope;
  log: Log;
  /** People who come in and leave again. */
  joins: number;
  /** Asked before each: somebody real is here, and rehearses as well. */
  isOver: () => boolean;
};

/**
 * The first stampede must not pay for code that has never run: V8 compiles what runs often, and a join took twice the CPU
 * until some hundred had come (decision 023). So a new edge lets that many in beforehand, one after the other: by the
 * same door on a port that only it knows, into a room that nobody else sees, on its own media workers. Nobody is told of
 * them: no stay, no figure, no count. Answers how many came.
 */
export async function rehearse(options: RehearsalOptions): Promise<number> {
  const scope = options.scope.child("rehearsal");
  try {
    const stage = await open(options, scope);
    const { joins: times, isOver } = options;
    return await inSpareTime({ times, isOver, signal: options.scope.signal }, () =>
      attend(stage, options, scope),
    );
  } finally {
    await scope.close("the rehearsal is over");
  }
}

type Stage = { url: string; webinarId: WebinarId };

async function open(options: RehearsalOptions, scope: Scope): Promise<Stage> {
  const { pool, ledger, removed, link, tokens, log } = options;
  const webinarId = WebinarId.parse(randomUUID());
  const room = emptyRoom(webinarId, "Rehearsal");
  const feed = { snapshot: async () => room, follow: () => undefined };
  const audience = await Audience.open({ webinarId, pool, feed, ledger, removed, link, scope, log });
  await perform(audience);
  const http = new HttpServer(log);
  const port = await http.listen("127.0.0.1", 0, scope);
  serveAttendees({
    http,
    scope,
    log,
    tokens,
    audiences: { open: async () => audience },
    removed,
    facts: { report: () => undefined },
    nodeId: link.nodeId,
    epoch: link.epoch,
    allowedOrigin: `http://127.0.0.1:${port}`,
    isDraining: () => false,
    measured: unmeasured,
  });
  return { url: `ws://127.0.0.1:${port}/ws`, webinarId };
}

/** One microphone and one camera that never send anything. */
async function perform({ routers }: Audience): Promise<void> {
  const { router, board } = routers.ingress;
  const transport = await router.createDirectTransport();
  const participantId = ParticipantId.parse(randomUUID());
  for (const [kind, mimeType] of [
    ["audio", "audio/opus"],
    ["video", "video/H264"],
  ] as const) {
    const codec = router.rtpCapabilities.codecs?.find((codec) => codec.mimeType === mimeType);
    if (!codec) throw new Error(`the router has no ${mimeType}`);
    const { clockRate, channels, parameters = {}, preferredPayloadType: payloadType = 0 } = codec;
    const { id } = await transport.produce({
      kind,
      rtpParameters: {
        codecs: [{ mimeType, payloadType, clockRate, parameters, ...(channels ? { channels } : {}) }],
        encodings: [{ ssrc: 1000 + payloadType }],
      },
    });
    board.add({
      producerId: id as Parameters<typeof board.add>[0]["producerId"],
      participantId,
      name: "Rehearsal",
      kind,
      source: kind === "audio" ? "microphone" : "camera",
      paused: false,
    });
  }
}

/** What a page sends from the door to the picture; then it is closed. */
async function attend({ url, webinarId }: Stage, { tokens, log }: RehearsalOptions, scope: Scope) {
  const claims: RoomClaims = {
    webinarId,
    participantId: ParticipantId.parse(randomUUID()),
    admissionId: randomUUID() as RoomClaims["admissionId"],
    role: "attendee",
    delivery: "webrtc",
    name: "Rehearsal",
    audience: "edge",
  };
  const page = scope.child("page");
  try {
    const rpc = await connectRpc(url, {
      scope: page,
      log,
      hello: { version: protocolVersion, token: await tokens.signRoom(claims, 60), receive: true },
    });
    const { media } = edgeMethods.hello.response.parse(rpc.welcome);
    if (!media) throw new Error("the rehearsal has no seat");
    const { transport, routerRtpCapabilities: rtpCapabilities } = media;
    const transportId = transport.id;
    rpc.on("consumer.opened", (data) => void mediaEvents["consumer.opened"].parse(data));
    await Promise.all([
      rpc.request("receive.start", { transportId, rtpCapabilities }),
      rpc.request("transport.connect", { transportId, dtlsParameters }),
    ]);
  } finally {
    await page.close("seen enough");
  }
}

/** Of a certificate that nobody has. */
const dtlsParameters: types.DtlsParameters = {
  role: "client",
  fingerprints: [{ algorithm: "sha-256", value: Array(32).fill("00").join(":") }],
};
