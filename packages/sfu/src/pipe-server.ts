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
  type NodeKind,
  pipeMethods,
  RostrumError,
  type RtpEndpoint,
  type StageProducer,
  type WebinarId,
} from "@rostrum/protocol";
import type { types } from "mediasoup";
import type { Board } from "./board.ts";
import { createPipeTransport, endpointOf, type PipeListen } from "./endpoint.ts";
import { nodeHello } from "./node-hello.ts";

/** A webinar's stage as one node has it: the origin itself, or an edge that hands it on. */
export type PipeSource = {
  webinarId: WebinarId;
  /** Ends with the stage here; its pipes end then. */
  scope: Scope;
  router: types.Router;
  /** What is on air. */
  board: Board;
  /** Counts a pipe until the returned function is called. */
  addReceiver: () => () => void;
  /** Told when the stage goes on elsewhere, until the returned function is called. */
  onMoving?: (listener: () => void) => () => void;
};

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  /** The stage here; throws a typed refusal when this node does not have it. */
  open: (webinarId: WebinarId) => Promise<PipeSource>;
  nodeId: string;
  epoch: string;
  listen: PipeListen;
};

const edgeOnly: NodeKind = "edge";

/** `/pipe`: an edge takes the stage of a webinar from here. The socket owns its pipes. */
export function servePipes(options: Options): { count: () => number } {
  const live = new Set<StagePipe>();
  acceptSockets(options.http, "/pipe", {
    log: options.log,
    scope: options.scope,
    maxPayload: limits.nodeFrameBytes,
    onSocket: (socket, authenticated) => {
      nodeHello(socket, authenticated, { ...options, kind: edgeOnly }, (peerId) => {
        const pipes = new Map<string, StagePipe>();
        handlePipes(socket, { ...options, edgeId: peerId, pipes, live });
      });
    },
  });
  return { count: () => live.size };
}

type SocketState = Options & { edgeId: string; pipes: Map<string, StagePipe>; live: Set<StagePipe> };

function handlePipes(socket: RpcSocket, state: SocketState): void {
  const pipe = (pipeId: string): StagePipe => {
    const found = state.pipes.get(pipeId);
    if (!found) throw new RostrumError("not-found", "This link has no such pipe.", { field: "pipeId" });
    return found;
  };
  socket.handle("pipe.open", pipeMethods["pipe.open"].request, async ({ webinarId, endpoint }) => {
    const known = [...state.pipes.values()].find((other) => other.webinarId === webinarId);
    if (known?.sameEnd(endpoint)) return { pipeId: known.id, endpoint: known.endpoint };
    await known?.scope.close("replaced");
    const opened = await StagePipe.open(socket, state, { webinarId, endpoint });
    return { pipeId: opened.id, endpoint: opened.endpoint };
  });
  socket.handle("pipe.ready", pipeMethods["pipe.ready"].request, ({ pipeId }) => pipe(pipeId).start());
  socket.handle("pipe.close", pipeMethods["pipe.close"].request, ({ pipeId }) =>
    pipe(pipeId).scope.close("the edge closed it"),
  );
  socket.handle("pipe.stats", pipeMethods["pipe.stats"].request, ({ pipeId }) => pipe(pipeId).stats());
}

/** The upper end of one pipe: a consumer for each producer on air, mirrored to the edge below. */
class StagePipe {
  readonly id: string;
  readonly webinarId: WebinarId;
  readonly endpoint: RtpEndpoint;
  readonly scope: Scope;
  readonly #socket: RpcSocket;
  readonly #source: PipeSource;
  readonly #transport: types.PipeTransport;
  readonly #remote: RtpEndpoint;
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #log: Log;
  #started = false;

  private constructor(options: {
    id: string;
    socket: RpcSocket;
    source: PipeSource;
    transport: types.PipeTransport;
    remote: RtpEndpoint;
    log: Log;
  }) {
    this.id = options.id;
    this.webinarId = options.source.webinarId;
    this.endpoint = endpointOf(options.transport);
    this.scope = options.socket.scope.child(`pipe ${options.id}`);
    this.#socket = options.socket;
    this.#source = options.source;
    this.#transport = options.transport;
    this.#remote = options.remote;
    this.#log = options.log;
  }

  static async open(
    socket: RpcSocket,
    state: SocketState,
    wanted: { webinarId: WebinarId; endpoint: RtpEndpoint },
  ): Promise<StagePipe> {
    const source = await state.open(wanted.webinarId);
    const transport = await createPipeTransport(source.router, state.listen);
    try {
      await transport.connect(wanted.endpoint);
    } catch (error) {
      transport.close();
      throw new RostrumError("rtp.invalid", "The pipe's other end cannot be used.", {
        field: "endpoint",
        cause: error,
      });
    }
    const id = `${state.edgeId}:${wanted.webinarId}`;
    const pipe = new StagePipe({ id, socket, source, transport, remote: wanted.endpoint, log: state.log });
    pipe.#own(state);
    state.log.info({ webinarId: wanted.webinarId, edgeId: state.edgeId }, "pipe opened");
    return pipe;
  }

  #own(state: SocketState): void {
    state.pipes.set(this.id, this);
    state.live.add(this);
    const release = this.#source.addReceiver();
    const forget = this.#source.scope.add(`pipe ${this.id}`, (reason) => this.scope.close(reason));
    this.scope.add("transport", (reason) => {
      forget();
      release();
      state.live.delete(this);
      if (state.pipes.get(this.id) === this) state.pipes.delete(this.id);
      this.#transport.close();
      this.#socket.notify("pipe.closed", { pipeId: this.id, reason });
      this.#log.info({ webinarId: this.webinarId, edgeId: state.edgeId, reason }, "pipe closed");
    });
    this.#transport.on("routerclose", () => void this.scope.close("the stage closed"));
  }

  sameEnd(endpoint: RtpEndpoint): boolean {
    return endpoint.ip === this.#remote.ip && endpoint.port === this.#remote.port;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    const open = (producer: StageProducer) => this.scope.run("pipe producer", () => this.#open(producer));
    this.scope.add(
      "watch",
      this.#source.board.watch({
        opened: open,
        closed: (producerId) => this.#consumers.get(producerId)?.close(),
      }),
    );
    for (const producer of this.#source.board.list()) open(producer);
    const unhear = this.#source.onMoving?.(() => this.#socket.notify("pipe.moving", { pipeId: this.id }));
    if (unhear) this.scope.add("moving", unhear);
  }

  async #open(producer: StageProducer): Promise<void> {
    const { producerId } = producer;
    if (this.#consumers.has(producerId)) return;
    const consumer = await this.#transport.consume({ producerId });
    const tell = (event: string) => this.#socket.notify(event, { pipeId: this.id, producerId });
    this.#consumers.set(producerId, consumer);
    consumer.on("producerpause", () => tell("pipe.producer-paused"));
    consumer.on("producerresume", () => tell("pipe.producer-resumed"));
    consumer.observer.once("close", () => {
      this.#consumers.delete(producerId);
      tell("pipe.producer-closed");
    });
    this.#socket.notify("pipe.producer-opened", {
      pipeId: this.id,
      producer: { ...producer, paused: consumer.producerPaused },
      rtpParameters: consumer.rtpParameters,
    });
  }

  async stats(): Promise<{ bytesSent: number; rtt: number | null; fractionLost: number | null }> {
    const [transport] = await this.#transport.getStats();
    const streams = (
      await Promise.all([...this.#consumers.values()].map((consumer) => consumer.getStats()))
    ).flat();
    const outbound = streams.filter((stat) => stat.type === "outbound-rtp");
    const worst = (values: (number | undefined)[]): number | null => {
      const known = values.filter((value): value is number => value !== undefined);
      return known.length === 0 ? null : Math.max(...known);
    };
    return {
      bytesSent: transport?.bytesSent ?? 0,
      rtt: worst(outbound.map((stat) => stat.roundTripTime)),
      fractionLost: worst(
        outbound.map((stat) => (stat.fractionLost === undefined ? undefined : stat.fractionLost / 256)),
      ),
    };
  }
}
