import {
  connectRpc,
  firstToAnswer,
  type Log,
  mediaWitness,
  type RpcClient,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import {
  type MediaSource,
  pipeEvents,
  pipeMethods,
  protocolVersion,
  RostrumError,
  type StageProducer,
  type WebinarId,
} from "@rostrum/protocol";
import { type Board, createPipeTransport, endpointOf, type PipeListen } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { StageFinder, StagePlace } from "./find-stage.ts";

/** A node that has not greeted after this long may be frozen: the next one is asked too, ms. */
const headStartMs = 400;

type OpenOptions = {
  context: LinkContext;
  webinarId: WebinarId;
  router: types.Router;
  board: Board;
  scope: Scope;
};

/** A producer of the stage as it arrives here. */
export type PipedProducer = { producer: types.Producer; source: MediaSource };

export type LinkContext = {
  stages: StageFinder;
  tokens: Tokens;
  nodeId: string;
  epoch: string;
  listen: PipeListen;
  log: Log;
};

/** A node that would have us. */
type Greeted = { place: StagePlace; rpc: RpcClient; scope: Scope };

/**
 * The edge's end of one pipe: a socket to the origin or to an edge above, a transport with SRTP, and a producer for each one on air, under
 * the origin's own producer id. Lives as long as its scope; ends by itself when the origin goes.
 */
export class StageLink {
  readonly scope: Scope;
  readonly #context: LinkContext;
  readonly #board: Board;
  readonly #rpc: RpcClient;
  readonly #transport: types.PipeTransport;
  readonly #producers = new Map<string, PipedProducer>();
  readonly #from: string;
  #moving = false;
  #onMoving: () => void = () => undefined;

  /** Undefined while there is no origin at all; throws why the last one would not have us. */
  static async open(options: OpenOptions): Promise<StageLink | undefined> {
    let places = await options.context.stages.candidates(options.webinarId);
    let fault: unknown;
    while (places.length > 0) {
      const greeted = await firstToAnswer(places, (place) => StageLink.#greet(place, options), {
        headStartMs,
        discard: ({ scope }) => void scope.close("another node was first"),
      });
      try {
        return await StageLink.#take(greeted, options);
      } catch (error) {
        fault = error;
        places = places.filter((place) => place !== greeted.place);
      }
    }
    if (fault) throw fault;
    return undefined;
  }

  static async #greet(place: StagePlace, options: OpenOptions): Promise<Greeted> {
    const { context } = options;
    const scope = options.scope.child("stage link");
    try {
      const rpc = await connectRpc(`${place.url.replace(/^http/, "ws")}/pipe`, {
        scope,
        log: context.log,
        hello: {
          version: protocolVersion,
          token: await context.tokens.signNode({ nodeId: context.nodeId, kind: "edge" }),
          epoch: context.epoch,
        },
      });
      return { place, rpc, scope };
    } catch (error) {
      await scope.close("could not link");
      avoidFor(error, place, context);
      throw error;
    }
  }

  static async #take({ place, rpc, scope }: Greeted, options: OpenOptions): Promise<StageLink> {
    const { context, webinarId, router, board } = options;
    try {
      rpc.scope.add("link", (reason) => {
        // A node that ends the connection is not the first to be asked again: it may be dead.
        if (!scope.closed) context.stages.avoid(place.nodeId);
        void scope.close(reason);
      });
      const transport = await createPipeTransport(router, context.listen);
      const link = new StageLink({ context, board, rpc, transport, scope, from: place.nodeId });
      await link.#connect(webinarId);
      context.log.info({ webinarId, from: place.nodeId }, "stage linked");
      return link;
    } catch (error) {
      await scope.close("could not link");
      avoidFor(error, place, context);
      throw error;
    }
  }

  private constructor(options: {
    context: LinkContext;
    board: Board;
    rpc: RpcClient;
    transport: types.PipeTransport;
    scope: Scope;
    from: string;
  }) {
    this.#context = options.context;
    this.#board = options.board;
    this.#rpc = options.rpc;
    this.#transport = options.transport;
    this.scope = options.scope;
    this.#from = options.from;
    // A microphone may be silent, and says nothing of the node it comes from.
    options.rpc.witness = mediaWitness({
      received: async () => (await this.#transport.getStats())[0]?.bytesReceived ?? 0,
      expected: () => this.producers.some(({ producer }) => producer.kind === "video" && !producer.paused),
    });
    this.scope.add("transport", () => {
      for (const producerId of this.#producers.keys()) this.#board.remove(producerId);
      this.#transport.close();
    });
  }

  async #connect(webinarId: WebinarId): Promise<void> {
    this.#follow();
    const answer = await this.#rpc.request("pipe.open", { webinarId, endpoint: endpointOf(this.#transport) });
    const { pipeId, endpoint } = pipeMethods["pipe.open"].response.parse(answer);
    await this.#transport.connect(endpoint);
    await this.#rpc.request("pipe.ready", { pipeId });
  }

  #follow(): void {
    // Changes of one producer must not overtake one another: "closed" may follow "opened" at once.
    let queue = Promise.resolve();
    const on = (event: keyof typeof pipeEvents, act: (data: unknown) => Promise<void> | void) =>
      this.#rpc.on(event, (data) => {
        queue = queue
          .then(() => act(data))
          .catch((error: unknown) =>
            this.#context.log.warn({ err: error, event }, "could not mirror a producer"),
          );
      });
    on("pipe.producer-opened", (data) => this.#open(pipeEvents["pipe.producer-opened"].parse(data)));
    on("pipe.producer-paused", (data) =>
      this.#producers.get(pipeEvents["pipe.producer-paused"].parse(data).producerId)?.producer.pause(),
    );
    on("pipe.producer-resumed", (data) =>
      this.#producers.get(pipeEvents["pipe.producer-resumed"].parse(data).producerId)?.producer.resume(),
    );
    on("pipe.producer-closed", (data) =>
      this.#producers.get(pipeEvents["pipe.producer-closed"].parse(data).producerId)?.producer.close(),
    );
    on("pipe.moving", () => {
      this.#moving = true;
      this.#context.stages.avoid(this.#from);
      this.#onMoving();
    });
    on("pipe.closed", (data) => void this.scope.close(pipeEvents["pipe.closed"].parse(data).reason));
  }

  async #open({
    producer,
    rtpParameters,
  }: {
    producer: StageProducer;
    rtpParameters: unknown;
  }): Promise<void> {
    if (this.#producers.has(producer.producerId) || this.scope.closed) return;
    const mirrored = await this.#transport.produce({
      id: producer.producerId,
      kind: producer.kind,
      rtpParameters: rtpParameters as types.RtpParameters,
      paused: producer.paused,
    });
    this.#producers.set(mirrored.id, { producer: mirrored, source: producer.source });
    mirrored.observer.once("close", () => {
      this.#producers.delete(mirrored.id);
      this.#board.remove(mirrored.id);
    });
    this.#board.add(producer);
  }

  /** Whether the stage goes on elsewhere, and this link only until it does. */
  get moving(): boolean {
    return this.#moving;
  }

  onMoving(listener: () => void): void {
    this.#onMoving = listener;
    if (this.#moving) listener();
  }

  get producers(): PipedProducer[] {
    return [...this.#producers.values()];
  }
}

/** A node that does not answer, or has no stage to give, is not the first to be asked again for a while. */
function avoidFor(error: unknown, place: StagePlace, { stages }: LinkContext): void {
  const answered = error instanceof RostrumError && error.code !== "closed" && error.code !== "timeout";
  if (!answered || error.code === "node.unavailable") stages.avoid(place.nodeId);
}
