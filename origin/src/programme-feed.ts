import {
  acceptSockets,
  type HttpServer,
  type Log,
  type RpcSocket,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import {
  limits,
  programmeMethods,
  RostrumError,
  type RtpEndpoint,
  type StageProducer,
  type WebinarId,
} from "@rostrum/protocol";
import { createFeedTransport, endpointOf, isLayered, nodeHello, type PipeListen } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { Stage } from "./stage.ts";
import type { Stages } from "./stages.ts";

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  stages: Stages;
  nodeId: string;
  epoch: string;
  listen: PipeListen;
};

/** `/programme` on an origin: egress receives a stage as SRTP. One feed per socket; the socket owns it. */
export function serveProgrammes(options: Options): { count: () => number } {
  let live = 0;
  acceptSockets(options.http, "/programme", {
    log: options.log,
    scope: options.scope,
    maxPayload: limits.nodeFrameBytes,
    onSocket: (socket, authenticated) => {
      let feed: ProgrammeFeed | undefined;
      const opened = (): ProgrammeFeed => {
        if (!feed) throw new RostrumError("not-found", "Open the feed first.");
        return feed;
      };
      nodeHello(socket, authenticated, { ...options, kind: "egress" }, () => {
        socket.handle("feed.open", programmeMethods["feed.open"].request, async (wanted) => {
          if (feed) throw new RostrumError("conflict", "This connection has its feed already.");
          feed = await ProgrammeFeed.open(socket, options, wanted);
          live++;
          socket.scope.add("count", () => {
            live--;
          });
          return { feedId: feed.id, endpoint: feed.endpoint, speaker: feed.speaker };
        });
        socket.handle("source.resume", programmeMethods["source.resume"].request, ({ producerId }) =>
          opened().resume(producerId),
        );
        socket.handle(
          "source.layers",
          programmeMethods["source.layers"].request,
          ({ producerId, spatialLayer }) => opened().prefer(producerId, spatialLayer),
        );
      });
    },
  });
  return { count: () => live };
}

class ProgrammeFeed {
  readonly id: string;
  readonly endpoint: RtpEndpoint;
  readonly #socket: RpcSocket;
  readonly #stage: Stage;
  readonly #transport: types.PlainTransport;
  readonly #consumers = new Map<string, types.Consumer>();

  private constructor(socket: RpcSocket, stage: Stage, transport: types.PlainTransport) {
    this.id = transport.id;
    this.endpoint = endpointOf(transport);
    this.#socket = socket;
    this.#stage = stage;
    this.#transport = transport;
  }

  static async open(
    socket: RpcSocket,
    options: Options,
    wanted: { webinarId: WebinarId; endpoint: RtpEndpoint },
  ): Promise<ProgrammeFeed> {
    const stage = await options.stages.open(wanted.webinarId);
    const transport = await createFeedTransport(stage.router, options.listen);
    try {
      await transport.connect(wanted.endpoint);
    } catch (error) {
      transport.close();
      throw new RostrumError("rtp.invalid", "The receiver's endpoint cannot be used.", {
        field: "endpoint",
        cause: error,
      });
    }
    const feed = new ProgrammeFeed(socket, stage, transport);
    feed.#own();
    return feed;
  }

  get speaker(): string | null {
    return this.#stage.speaker.current;
  }

  #own(): void {
    const scope = this.#socket.scope;
    const release = this.#stage.addReceiver();
    const forget = this.#stage.scope.add(`feed ${this.id}`, () => this.#socket.close("ownerChanged"));
    scope.add("feed", () => {
      forget();
      release();
      this.#transport.close();
    });
    const open = (producer: StageProducer) => scope.run("feed source", () => this.#open(producer));
    scope.add(
      "watch",
      this.#stage.onAir.watch({
        opened: open,
        closed: (producerId) => this.#consumers.get(producerId)?.close(),
      }),
    );
    scope.add(
      "speaker",
      this.#stage.speaker.onChange((participantId) =>
        this.#socket.notify("speaker.changed", { participantId }),
      ),
    );
    for (const producer of this.#stage.onAir.list()) open(producer);
  }

  async #open(producer: StageProducer): Promise<void> {
    const { producerId } = producer;
    const consumer = await this.#transport.consume({
      producerId,
      rtpCapabilities: this.#stage.router.rtpCapabilities as types.RtpCapabilities,
      paused: true,
      enableRtx: true,
    });
    this.#consumers.set(producerId, consumer);
    consumer.on("producerpause", () => this.#socket.notify("source.paused", { producerId }));
    consumer.on("producerresume", () => this.#socket.notify("source.resumed", { producerId }));
    consumer.observer.once("close", () => {
      this.#consumers.delete(producerId);
      this.#socket.notify("source.closed", { producerId });
    });
    this.#socket.notify("source.opened", {
      producer: { ...producer, paused: consumer.producerPaused },
      ...describe(consumer),
    });
  }

  #consumer(producerId: string): types.Consumer {
    const consumer = this.#consumers.get(producerId);
    if (!consumer)
      throw new RostrumError("producer.unknown", "The feed has no such source.", { field: "producerId" });
    return consumer;
  }

  resume(producerId: string): Promise<void> {
    return this.#consumer(producerId).resume();
  }

  async prefer(producerId: string, spatialLayer: number): Promise<void> {
    const consumer = this.#consumer(producerId);
    if (isLayered(consumer)) await consumer.setPreferredLayers({ spatialLayer });
  }
}

/** What a receiver must know to tell the source's packets apart and decode them. */
function describe(consumer: types.Consumer) {
  const { codecs, encodings } = consumer.rtpParameters;
  const codec = codecs.find(({ mimeType }) => !mimeType.toLowerCase().endsWith("/rtx"));
  const rtxCodec = codecs.find(({ mimeType }) => mimeType.toLowerCase().endsWith("/rtx"));
  const encoding = encodings?.[0];
  if (!codec || encoding?.ssrc === undefined)
    throw new RostrumError("internal", "A consumer without codec or SSRC.");
  return {
    codec: {
      mimeType: codec.mimeType,
      payloadType: codec.payloadType,
      clockRate: codec.clockRate,
      ...(codec.channels ? { channels: codec.channels } : {}),
    },
    ssrc: encoding.ssrc,
    rtx: encoding.rtx && rtxCodec ? { ssrc: encoding.rtx.ssrc, payloadType: rtxCodec.payloadType } : null,
  };
}
