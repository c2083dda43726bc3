import type { Log, RpcSocket, Scope } from "@rostrum/platform";
import {
  limits,
  publishMethods,
  type ReceiveOffer,
  RostrumError,
  receiveMethods,
  type StageProducer,
  type TransportOptions,
} from "@rostrum/protocol";
import type { types } from "mediasoup";
import type { Board } from "./board.ts";
import { Publisher, type PublisherIdentity } from "./publisher.ts";
import { Receiver } from "./receiver.ts";
import { createWebRtcTransport } from "./webrtc.ts";
import type { PoolWorker } from "./worker-pool.ts";

type PeerOptions = {
  socket: RpcSocket;
  log: Log;
  router: types.Router;
  place: PoolWorker;
  /** What this peer may receive. */
  board: Board;
  identity: PublisherIdentity;
  /** Absent: the peer may only receive. */
  publish?: {
    /** Called before each producer is opened; throws when this stage takes no more. */
    before?: () => Promise<void>;
    onProducer: (producer: types.Producer, described: StageProducer) => void;
  };
};

/**
 * The media of one socket. Every id a message names is looked up in this peer's own maps and nowhere else: mediasoup
 * itself would let anyone who knows an id use it. Everything closes with its own scope, a child of the socket's.
 */
export class Peer {
  readonly #options: PeerOptions;
  readonly #transports = new Map<
    string,
    { transport: types.WebRtcTransport; direction: "send" | "receive"; connected: boolean }
  >();
  readonly scope: Scope;
  readonly receiver: Receiver;
  readonly publisher: Publisher | undefined;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.scope = options.socket.scope.child("media");
    const { scope } = this;
    this.receiver = new Receiver({ ...options, scope, ownParticipantId: options.identity.participantId });
    this.publisher = options.publish
      ? new Publisher({ ...options, onProducer: options.publish.onProducer })
      : undefined;
    this.#handleTransports();
    this.#handleReceiving();
    this.#handlePublishing();
    this.scope.add("transports", () => {
      for (const { transport } of this.#transports.values()) transport.close();
    });
  }

  get transportCount(): number {
    return this.#transports.size;
  }

  /** What is sent to this peer now, bit/s. */
  async sendBitrate(): Promise<number> {
    const all = await Promise.all(
      [...this.#transports.values()].map(({ transport }) => bitrateOf(transport)),
    );
    return all.reduce((sum, bitrate) => sum + bitrate, 0);
  }

  #transport(transportId: string) {
    const entry = this.#transports.get(transportId);
    if (!entry)
      throw new RostrumError("transport.unknown", "This connection has no such transport.", {
        field: "transportId",
      });
    return entry;
  }

  #handleTransports(): void {
    const { socket } = this.#options;
    socket.handle("media.capabilities", receiveMethods["media.capabilities"].request, () => ({
      routerRtpCapabilities: this.#options.router.rtpCapabilities,
    }));
    socket.handle("transport.create", receiveMethods["transport.create"].request, async ({ direction }) => {
      if (direction === "send" && !this.publisher) {
        throw new RostrumError("permission.denied", "Attendees receive only.", { field: "direction" });
      }
      return this.#createTransport(direction);
    });
    socket.handle(
      "transport.connect",
      receiveMethods["transport.connect"].request,
      async ({ transportId, dtlsParameters }) => {
        const entry = this.#transport(transportId);
        if (entry.connected)
          throw new RostrumError("conflict", "The transport is connected already.", { field: "transportId" });
        entry.connected = true;
        await entry.transport.connect({ dtlsParameters });
      },
    );
    socket.handle(
      "transport.restart-ice",
      receiveMethods["transport.restart-ice"].request,
      async ({ transportId }) => ({
        iceParameters: await this.#transport(transportId).transport.restartIce(),
      }),
    );
  }

  /** A transport to receive by, and what there is to know of the router: what a client asks for first, unasked. */
  async offerReceiving(): Promise<ReceiveOffer> {
    const { rtpCapabilities } = this.#options.router;
    return {
      routerRtpCapabilities: rtpCapabilities as ReceiveOffer["routerRtpCapabilities"],
      transport: await this.#createTransport("receive"),
    };
  }

  async #createTransport(direction: "send" | "receive"): Promise<TransportOptions> {
    const { router, place } = this.#options;
    if (this.#transports.size >= limits.transportsPerPeer)
      throw new RostrumError(
        "limit.reached",
        `A connection may have ${limits.transportsPerPeer} transports.`,
      );
    const transport = await createWebRtcTransport(router, place.webRtcServer, direction);
    if (this.scope.closed) {
      transport.close();
      throw new RostrumError("closed", "The connection has closed.");
    }
    this.#own(transport, direction);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters } as unknown as TransportOptions;
  }

  #own(transport: types.WebRtcTransport, direction: "send" | "receive"): void {
    this.#transports.set(transport.id, { transport, direction, connected: false });
    const gone = (reason: string) => {
      if (!this.#transports.delete(transport.id)) return;
      this.#options.socket.notify("transport.closed", { transportId: transport.id, reason });
    };
    transport.on("routerclose", () => gone("the room closed"));
    transport.on("dtlsstatechange", (state) => {
      if (state !== "failed" && state !== "closed") return;
      gone(`dtls ${state}`);
      transport.close();
    });
    // ICE consent lost for 30 s (RFC 7675): the network path is gone.
    transport.on("icestatechange", (state) => {
      if (state !== "disconnected" && state !== "closed") return;
      gone(`ice ${state}`);
      transport.close();
    });
  }

  #handleReceiving(): void {
    const { socket } = this.#options;
    socket.handle(
      "receive.start",
      receiveMethods["receive.start"].request,
      async ({ transportId, rtpCapabilities }) => {
        const { transport, direction, connected } = this.#transport(transportId);
        if (direction !== "receive") {
          throw new RostrumError("conflict", "This transport is for sending.", { field: "transportId" });
        }
        await this.receiver.start(transport, rtpCapabilities, { connected });
      },
    );
    socket.handle("consumer.resume", receiveMethods["consumer.resume"].request, ({ consumerId }) =>
      this.receiver.resume(consumerId),
    );
    socket.handle("consumer.pause", receiveMethods["consumer.pause"].request, ({ consumerId }) =>
      this.receiver.pause(consumerId),
    );
    socket.handle("consumer.layers", receiveMethods["consumer.layers"].request, ({ consumerId, ...layers }) =>
      this.receiver.prefer(consumerId, layers),
    );
  }

  #handlePublishing(): void {
    const { socket } = this.#options;
    const publisher = (): Publisher => {
      if (!this.publisher) throw new RostrumError("permission.denied", "Attendees receive only.");
      return this.publisher;
    };
    socket.handle(
      "producer.open",
      publishMethods["producer.open"].request,
      async ({ transportId, ...media }) => {
        const owner = publisher();
        const { transport, direction } = this.#transport(transportId);
        if (direction !== "send")
          throw new RostrumError("conflict", "This transport is for receiving.", { field: "transportId" });
        await this.#options.publish?.before?.();
        return { producerId: await owner.open(transport, media) };
      },
    );
    socket.handle("producer.pause", publishMethods["producer.pause"].request, ({ producerId }) =>
      publisher().pause(producerId),
    );
    socket.handle("producer.resume", publishMethods["producer.resume"].request, ({ producerId }) =>
      publisher().resume(producerId),
    );
    socket.handle("producer.close", publishMethods["producer.close"].request, ({ producerId }) =>
      publisher().close(producerId),
    );
  }
}

/** 0 for one that is closing. */
async function bitrateOf(transport: types.WebRtcTransport): Promise<number> {
  const stats = await transport.getStats().catch(() => []);
  return stats.reduce((sum, { sendBitrate }) => sum + sendBitrate, 0);
}
