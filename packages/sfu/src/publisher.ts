import type { Log, RpcSocket } from "@rostrum/platform";
import {
  limits,
  type MediaKind,
  type MediaSource,
  type ParticipantId,
  RostrumError,
  type RtpParameters,
  type StageProducer,
} from "@rostrum/protocol";
import type { types } from "mediasoup";
import { keyFrameRequestDelayMs } from "./codecs.ts";
import { checkProducerRtp } from "./rtp-check.ts";

export type PublisherIdentity = { participantId: ParticipantId; name: string };

type PublisherOptions = {
  socket: RpcSocket;
  log: Log;
  router: types.Router;
  identity: PublisherIdentity;
  onProducer: (producer: types.Producer, described: StageProducer) => void;
};

type Media = { kind: MediaKind; source: MediaSource; rtpParameters: RtpParameters; paused?: boolean };

const kindOf: Record<MediaSource, MediaKind> = {
  camera: "video",
  screen: "video",
  microphone: "audio",
  "screen-audio": "audio",
};

/** What one peer sends: at most one producer per source; opening a source again replaces it. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #producers = new Map<string, { producer: types.Producer; source: MediaSource }>();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  async open(transport: types.WebRtcTransport, media: Media): Promise<string> {
    if (kindOf[media.source] !== media.kind) {
      throw new RostrumError("input.invalid", `A ${media.source} is ${kindOf[media.source]}.`, {
        field: "kind",
      });
    }
    if (this.#producers.size >= limits.producersPerPeer) {
      throw new RostrumError("limit.reached", `A connection may have ${limits.producersPerPeer} producers.`);
    }
    const rtpParameters = checkProducerRtp(media.kind, media.rtpParameters, this.#options.router);
    for (const { producer, source } of [...this.#producers.values()])
      if (source === media.source) producer.close();
    const producer = await this.#produce(transport, { ...media, rtpParameters });
    this.#own(producer, media.source);
    const { participantId, name } = this.#options.identity;
    this.#options.onProducer(producer, {
      producerId: producer.id,
      participantId,
      name,
      kind: media.kind,
      source: media.source,
      paused: producer.paused,
    });
    return producer.id;
  }

  async #produce(
    transport: types.WebRtcTransport,
    media: { kind: MediaKind; rtpParameters: types.RtpParameters; paused?: boolean },
  ): Promise<types.Producer> {
    try {
      return await transport.produce({
        kind: media.kind,
        rtpParameters: media.rtpParameters,
        paused: media.paused ?? false,
        keyFrameRequestDelay: keyFrameRequestDelayMs,
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : "refused";
      throw new RostrumError("rtp.invalid", `The media could not be received: ${text}`, {
        field: "rtpParameters",
        cause: error,
      });
    }
  }

  #own(producer: types.Producer, source: MediaSource): void {
    this.#producers.set(producer.id, { producer, source });
    producer.observer.once("close", () => this.#producers.delete(producer.id));
    producer.on("score", (scores) => {
      this.#options.socket.notify("producer.score", {
        producerId: producer.id,
        scores: scores.map(({ score }) => score),
      });
    });
  }

  #producer(producerId: string): types.Producer {
    const entry = this.#producers.get(producerId);
    if (!entry)
      throw new RostrumError("producer.unknown", "This connection has no such producer.", {
        field: "producerId",
      });
    return entry.producer;
  }

  pause(producerId: string): Promise<void> {
    return this.#producer(producerId).pause();
  }

  resume(producerId: string): Promise<void> {
    return this.#producer(producerId).resume();
  }

  close(producerId: string): void {
    this.#producer(producerId).close();
  }
}
