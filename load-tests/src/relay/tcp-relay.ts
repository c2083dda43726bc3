import { connect, createServer, type Server, type Socket } from "node:net";
import type { Shape } from "./shape.ts";
import type { Address, Counts, RelayOptions } from "./udp-relay.ts";
import { Wire } from "./wire.ts";

/** Unread bytes of one direction after which its sender has to wait. */
const windowBytes = 256 * 1024;

/**
 * TCP toward `to`, slowed in both directions. A byte stream has neither loss nor order to lose: of the shape only delay,
 * jitter and rate apply (loss on a TCP path belongs below TCP: route its packets through a UDP tunnel and this relay).
 */
export class TcpRelay {
  readonly #server: Server;
  readonly #options: RelayOptions & { to: Address };
  readonly #pairs = new Set<() => void>();
  #forth: Shape;
  #back: Shape;

  static open(options: RelayOptions & { to: Address }): Promise<TcpRelay> {
    const server = createServer({ allowHalfOpen: true });
    const relay = new TcpRelay(options, server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.bind.port, options.bind.host, () => resolve(relay));
    });
  }

  private constructor(options: RelayOptions & { to: Address }, server: Server) {
    this.#options = options;
    this.#server = server;
    this.#forth = streamShape(options.forth);
    this.#back = streamShape(options.back);
    server.on("connection", (client) => this.#join(client));
  }

  get address(): Address {
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new Error("the relay is closed");
    return { host: bound.address, port: bound.port };
  }

  get counts(): Pick<Counts, "clients"> {
    return { clients: this.#pairs.size };
  }

  /** For connections from now on. */
  reshape({ forth, back }: { forth?: Shape; back?: Shape }): void {
    if (forth) this.#forth = streamShape(forth);
    if (back) this.#back = streamShape(back);
  }

  close(): void {
    for (const end of this.#pairs) end();
    this.#server.close();
  }

  #join(client: Socket): void {
    const { to, seed } = this.#options;
    const far = connect({ host: to.host, port: to.port, allowHalfOpen: true });
    const wires = [new Wire(this.#forth, seed), new Wire(this.#back, seed + 1)] as const;
    const end = (): void => {
      if (!this.#pairs.delete(end)) return;
      for (const wire of wires) wire.close();
      client.destroy();
      far.destroy();
    };
    this.#pairs.add(end);
    pipe(client, far, wires[0]);
    pipe(far, client, wires[1]);
    for (const socket of [client, far]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", () => {
        if (client.destroyed && far.destroyed) end();
      });
    }
  }
}

const streamShape = (shape: Shape): Shape => ({
  ...shape,
  lossPct: 0,
  reorderPct: 0,
  duplicatePct: 0,
  queueMs: Number.MAX_SAFE_INTEGER,
});

/** Bytes of `from` reach `to` through the wire, the end of the stream after the last of them. */
function pipe(from: Socket, to: Socket, wire: Wire): void {
  let underWay = 0;
  from.on("data", (chunk) => {
    underWay += chunk.length;
    if (underWay > windowBytes) from.pause();
    wire.carry(chunk.length, () => {
      underWay -= chunk.length;
      if (!to.destroyed) to.write(chunk);
      if (underWay <= windowBytes) from.resume();
    });
  });
  from.on("end", () => wire.carry(0, () => to.end()));
}
