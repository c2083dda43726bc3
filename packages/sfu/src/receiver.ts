import type { Log, RpcSocket, Scope } from "@rostrum/platform";
import { RostrumError, type RtpCapabilities, type StageProducer } from "@rostrum/protocol";
import type { types } from "mediasoup";
import type { Board } from "./board.ts";
import { ReceiverCodecs } from "./receiver-codecs.ts";
import { VideoGate } from "./video-gate.ts";

/** Against 1 of everything else, when the bandwidth estimate is shared out. */
const screenPriority = 10;

type ReceiverOptions = {
  socket: RpcSocket;
  scope: Scope;
  log: Log;
  router: types.Router;
  board: Board;
  /** Nobody receives themselves. */
  ownParticipantId: string;
};

type Receiving = { transport: types.WebRtcTransport; codecs: ReceiverCodecs };

/**
 * What one peer receives: a consumer for each producer on the board. The first key frame must not be sent into nothing:
 * what is there before the transport is connected flows with the connection, because a client connects when its tracks
 * are ready; what comes later starts paused and flows when the client says so.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #consumers = new Map<string, types.Consumer>();
  /** Consumers that the client wants to flow. */
  readonly #wanted = new Set<string>();
  readonly #gate: VideoGate;
  #started: { transport: types.WebRtcTransport; stop: () => void } | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#gate = new VideoGate(options.scope, (held) => {
      options.socket.notify("video.held", { held });
      for (const consumer of this.#consumers.values())
        if (consumer.kind === "video") this.#flow(consumer).catch(() => undefined);
    });
    options.scope.add("receiver", () => this.#started?.stop());
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  get videoHeld(): boolean {
    return this.#gate.held;
  }

  /** True while no video flows although there is some: nobody looks. */
  get idle(): boolean {
    const videos = [...this.#consumers.values()].filter(({ kind }) => kind === "video");
    return videos.length > 0 && videos.every(({ id }) => !this.#wanted.has(id));
  }

  /** `connected`: the client has connected the transport already. Resolves when it was told of all there is. */
  async start(
    transport: types.WebRtcTransport,
    capabilities: RtpCapabilities,
    { connected }: { connected: boolean },
  ): Promise<void> {
    if (this.#started?.transport === transport) return;
    const codecs = ReceiverCodecs.of(capabilities);
    this.#started?.stop();
    const receiving = { transport, codecs };
    const unwatch = this.#options.board.watch({
      opened: (producer) => void this.#open(receiving, producer, false),
      closed: (producerId) => this.#drop(producerId),
    });
    this.#started = { transport, stop: unwatch };
    transport.observer.once("close", unwatch);
    await Promise.all([
      this.#gate.follow(transport),
      ...this.#options.board.list().map((producer) => this.#open(receiving, producer, !connected)),
    ]);
  }

  async #open({ transport, codecs }: Receiving, producer: StageProducer, flows: boolean): Promise<void> {
    const { router, scope, log, ownParticipantId } = this.#options;
    const { producerId } = producer;
    if (producer.participantId === ownParticipantId || !codecs.canConsume(router, producer)) return;
    try {
      const consumer = await transport.consume({
        producerId,
        rtpCapabilities: codecs.capabilitiesFor(producer),
        paused: !flows || (producer.kind === "video" && this.#gate.held),
        ignoreDtx: true,
      });
      if (scope.closed) {
        consumer.close();
        return;
      }
      // The top layer may not be sent yet while the publisher's bandwidth estimate ramps up.
      if (consumer.type === "simulcast") await consumer.setPreferredLayers({ spatialLayer: 1 });
      // What is read suffers more from a low rate than faces do.
      if (producer.source === "screen") await consumer.setPriority(screenPriority);
      this.#own(consumer, producer, flows);
    } catch (error) {
      if (!transport.closed) log.warn({ err: error, producerId }, "could not open a consumer");
    }
  }

  #own(consumer: types.Consumer, producer: StageProducer, flows: boolean): void {
    const { socket } = this.#options;
    const consumerId = consumer.id;
    this.#consumers.set(consumerId, consumer);
    if (flows) this.#wanted.add(consumerId);
    consumer.observer.once("close", () => {
      this.#wanted.delete(consumerId);
      if (this.#consumers.delete(consumerId))
        socket.notify("consumer.closed", { consumerId, reason: "the producer closed" });
    });
    consumer.on("producerpause", () => socket.notify("consumer.paused", { consumerId }));
    consumer.on("producerresume", () => socket.notify("consumer.resumed", { consumerId }));
    consumer.on("layerschange", (layers) =>
      socket.notify("consumer.layers", {
        consumerId,
        spatialLayer: layers?.spatialLayer ?? null,
        temporalLayer: layers?.temporalLayer ?? null,
      }),
    );
    socket.notify("consumer.opened", {
      consumerId,
      producer: { ...producer, paused: consumer.producerPaused },
      rtpParameters: consumer.rtpParameters,
      flows,
    });
  }

  /** A producer left the board without closing, e.g. when the webinar goes off air. */
  #drop(producerId: string): void {
    for (const consumer of [...this.#consumers.values()])
      if (consumer.producerId === producerId) consumer.close();
  }

  #consumer(consumerId: string): types.Consumer {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer)
      throw new RostrumError("consumer.unknown", "This connection has no such consumer.", {
        field: "consumerId",
      });
    return consumer;
  }

  resume(consumerId: string): Promise<void> {
    this.#wanted.add(consumerId);
    return this.#flow(this.#consumer(consumerId));
  }

  pause(consumerId: string): Promise<void> {
    this.#wanted.delete(consumerId);
    return this.#flow(this.#consumer(consumerId));
  }

  /** A consumer flows when its client wants it and the network has room for it. */
  async #flow(consumer: types.Consumer): Promise<void> {
    const flows = this.#wanted.has(consumer.id) && (consumer.kind === "audio" || !this.#gate.held);
    if (flows && consumer.paused) await consumer.resume();
    if (!flows && !consumer.paused) await consumer.pause();
  }

  async prefer(consumerId: string, layers: { spatialLayer: number; temporalLayer?: number }): Promise<void> {
    const consumer = this.#consumer(consumerId);
    if (consumer.type === "simulcast" || consumer.type === "svc") await consumer.setPreferredLayers(layers);
  }
}
