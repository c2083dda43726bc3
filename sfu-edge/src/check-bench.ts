import { setTimeout as sleep } from "node:timers/promises";
import type { Log, Scope } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import { createCheckTransport, type MediaNode, mediaCodecs } from "@rostrum/sfu";
import type { types } from "mediasoup";

/** Ways to try, and one to measure. */
const transportsPerSocket = 6;
/** At once on this node; more would be an attack on the stage beside them. */
const maxSeats = 200;
const maxFloods = 3;
const flood = { bytes: 1000, bitsPerSecond: 4_000_000, ms: 2000, everyMs: 20 };

type Place = Awaited<ReturnType<MediaNode["pool"]["createRouter"]>>;
type Way = { transport: types.WebRtcTransport; source: types.DataProducer; connected: boolean };

/** The media side of connection tests: one router, made for the first and kept while somebody tests. */
export class CheckBench {
  readonly #pool: MediaNode["pool"];
  readonly #scope: Scope;
  readonly #log: Log;
  #place: Promise<Place> | undefined;
  #seats = 0;
  #floods = 0;

  constructor({ pool, scope, log }: { pool: MediaNode["pool"]; scope: Scope; log: Log }) {
    this.#pool = pool;
    this.#scope = scope;
    this.#log = log;
    scope.add("router", async () => (await this.#place?.catch(() => undefined))?.router.close());
  }

  /** A place for one socket, given back when `owner` closes. Throws limit.reached, node.unavailable. */
  async open(owner: Scope): Promise<CheckSeat> {
    if (this.#seats >= maxSeats) throw new RostrumError("limit.reached", "Too many people test right now.");
    this.#seats++;
    owner.add("check seat", () => void this.#left());
    const { router, place } = await this.#router();
    if (this.#scope.closed || owner.closed) throw new RostrumError("closed", "The connection has closed.");
    const seat = new CheckSeat({ router, place }, (send) => this.#flood(send));
    owner.add("check transports", () => seat.close());
    return seat;
  }

  async #router(): Promise<Place> {
    const known = await this.#place?.catch(() => undefined);
    if (known && !known.router.closed) return known;
    this.#place = this.#pool.createRouter(mediaCodecs);
    return this.#place;
  }

  async #left(): Promise<void> {
    this.#seats--;
    if (this.#seats > 0) return;
    const place = this.#place;
    this.#place = undefined;
    await place
      ?.then(({ router }) => router.close())
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, "the router of connection tests could not be closed");
      });
  }

  async #flood(send: () => Promise<number>): Promise<number> {
    if (this.#floods >= maxFloods) return 0;
    this.#floods++;
    try {
      return await send();
    } finally {
      this.#floods--;
    }
  }
}

/** One socket's transports. Ids of others are unknown here. */
export class CheckSeat {
  readonly #place: Place;
  readonly #limited: (send: () => Promise<number>) => Promise<number>;
  readonly #ways = new Map<string, Way>();
  #direct: Promise<types.DirectTransport> | undefined;
  #closed = false;

  constructor(place: Place, limited: (send: () => Promise<number>) => Promise<number>) {
    this.#place = place;
    this.#limited = limited;
  }

  get rtpCapabilities() {
    return this.#place.router.rtpCapabilities;
  }

  async openTransport() {
    if (this.#ways.size >= transportsPerSocket)
      throw new RostrumError("limit.reached", `A test may have ${transportsPerSocket} transports.`);
    const { router, place } = this.#place;
    this.#direct ??= router.createDirectTransport();
    const direct = await this.#direct;
    const transport = await createCheckTransport(router, place.webRtcServer);
    const source = await direct.produceData();
    const way = { transport, source, connected: false };
    if (this.#closed) {
      close(way);
      throw new RostrumError("closed", "The connection has closed.");
    }
    this.#ways.set(transport.id, way);
    const channel = await transport.consumeData({
      dataProducerId: source.id,
      ordered: false,
      maxRetransmits: 0,
    });
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    return {
      id,
      iceParameters,
      iceCandidates,
      dtlsParameters,
      sctpParameters,
      channel: {
        id: channel.id,
        dataProducerId: source.id,
        sctpStreamParameters: channel.sctpStreamParameters,
      },
    };
  }

  #way(transportId: string): Way {
    const way = this.#ways.get(transportId);
    if (!way)
      throw new RostrumError("transport.unknown", "This connection has no such transport.", {
        field: "transportId",
      });
    return way;
  }

  async connect(transportId: string, dtlsParameters: types.DtlsParameters): Promise<void> {
    const way = this.#way(transportId);
    if (way.connected) throw new RostrumError("conflict", "The transport is connected already.");
    way.connected = true;
    await way.transport.connect({ dtlsParameters });
  }

  /** Numbered packets at an even pace; answers how many. */
  async flood(transportId: string): Promise<{ sent: number; bytes: number; ms: number }> {
    const { source } = this.#way(transportId);
    const startedAt = performance.now();
    const sent = await this.#limited(async () => {
      let number = 0;
      for (let passed = 0; passed < flood.ms && !this.#closed; passed = performance.now() - startedAt) {
        const due = Math.floor((passed / 1000) * (flood.bitsPerSecond / 8 / flood.bytes)) + 1;
        for (; number < due; number++) {
          const packet = Buffer.alloc(flood.bytes);
          packet.writeUInt32BE(number);
          source.send(packet);
        }
        await sleep(flood.everyMs);
      }
      return number;
    });
    return { sent, bytes: flood.bytes, ms: Math.round(performance.now() - startedAt) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const way of this.#ways.values()) close(way);
    (await this.#direct?.catch(() => undefined))?.close();
  }
}

function close({ transport, source }: Way): void {
  source.close();
  transport.close();
}
