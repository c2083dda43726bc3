import {
  acceptSockets,
  type HttpServer,
  type Log,
  type RpcSocket,
  type Scope,
  type Tokens,
} from "@rostrum/platform";
import {
  type CloseReason,
  type EncoderPass,
  ingestMethods,
  limits,
  type MediaKind,
  RostrumError,
  type RtpEndpoint,
  type RtpParameters,
} from "@rostrum/protocol";
import {
  checkProducerRtp,
  createFeedTransport,
  endpointOf,
  keyFrameRequestDelayMs,
  nodeHello,
  type PipeListen,
} from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { EncoderSeat, EncoderSeats } from "./seats.ts";

type Options = {
  http: HttpServer;
  scope: Scope;
  log: Log;
  tokens: Tokens;
  seats: EncoderSeats;
  nodeId: string;
  epoch: string;
  listen: PipeListen;
};

/** `/ingest` on an origin: a node that terminates RTMP sends encoders here as SRTP, one on each socket. */
export function serveIngest(options: Options): { count: () => number } {
  let live = 0;
  acceptSockets(options.http, "/ingest", {
    log: options.log,
    scope: options.scope,
    maxPayload: limits.nodeFrameBytes,
    onSocket: (socket, authenticated) => {
      let ingest: Ingest | undefined;
      const opened = (): Ingest => {
        if (!ingest) throw new RostrumError("not-found", "Open the ingest first.");
        return ingest;
      };
      nodeHello(socket, authenticated, { ...options, kind: "egress" }, () => {
        socket.handle("ingest.open", ingestMethods["ingest.open"].request, async ({ encoder, endpoint }) => {
          if (ingest) throw new RostrumError("conflict", "This connection has its encoder already.");
          ingest = await Ingest.open(socket, options, { pass: encoder, endpoint });
          live++;
          socket.scope.add("count", () => {
            live--;
          });
          return { endpoint: ingest.endpoint };
        });
        socket.handle("ingest.produce", ingestMethods["ingest.produce"].request, ({ kind, rtpParameters }) =>
          opened().produce(kind, rtpParameters),
        );
        socket.handle("ingest.pause", ingestMethods["ingest.pause"].request, async ({ paused }) => {
          await opened().setPaused(paused);
          return {};
        });
      });
    },
  });
  return { count: () => live };
}

/** Why a seat's end ends its socket: the first two mean that the encoder is not to come again. */
const closeReasons: Record<string, CloseReason> = { replaced: "replaced", ended: "ended" };

class Ingest {
  readonly endpoint: RtpEndpoint;
  readonly #seat: EncoderSeat;
  readonly #seats: EncoderSeats;
  readonly #transport: types.PlainTransport;

  private constructor(seat: EncoderSeat, seats: EncoderSeats, transport: types.PlainTransport) {
    this.endpoint = endpointOf(transport);
    this.#seat = seat;
    this.#seats = seats;
    this.#transport = transport;
  }

  static async open(
    socket: RpcSocket,
    { seats, listen }: Options,
    wanted: { pass: EncoderPass; endpoint: RtpEndpoint },
  ): Promise<Ingest> {
    const seat = await seats.open({ pass: wanted.pass, protocol: "rtmp" });
    const forget = seat.scope.add("ingest socket", (reason) =>
      socket.close(closeReasons[reason] ?? "ownerChanged"),
    );
    socket.scope.add("seat", (reason) => {
      forget();
      return seat.scope.close(reason);
    });
    try {
      const transport = await createFeedTransport(seat.stage.router, listen);
      seat.scope.add("ingest transport", () => transport.close());
      await transport.connect(wanted.endpoint);
      return new Ingest(seat, seats, transport);
    } catch (error) {
      await seat.scope.close("could not open");
      throw new RostrumError("rtp.invalid", "The sender's endpoint cannot be used.", {
        field: "endpoint",
        cause: error,
      });
    }
  }

  async produce(kind: MediaKind, parameters: RtpParameters): Promise<{ producerId: string }> {
    const { stage, producers } = this.#seat;
    await this.#seats.confirm(this.#seat);
    for (const producer of producers) if (producer.kind === kind) producer.close();
    const producer = await this.#transport.produce({
      kind,
      rtpParameters: checkProducerRtp(kind, parameters, stage.router),
      keyFrameRequestDelay: keyFrameRequestDelayMs,
    });
    this.#seat.add(producer);
    return { producerId: producer.id };
  }

  async setPaused(paused: boolean): Promise<void> {
    for (const producer of this.#seat.producers) await (paused ? producer.pause() : producer.resume());
  }
}
