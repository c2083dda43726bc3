import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { LinkCounts } from "./schedule.ts";
import type { Shape } from "./shape.ts";
import { Wire } from "./wire.ts";

export type Address = { host: string; port: number };
export type Counts = { forth: LinkCounts; back: LinkCounts; clients: number };
export type RelayOptions = {
  bind: Address;
  /** Toward `to`, and from it. */
  forth: Shape;
  back: Shape;
  seed: number;
};

/** A client of a forwarding relay is forgotten after this long without a packet, ms. */
const idleMs = 60_000;
const bufferBytes = 4 * 1024 * 1024;

function openSocket(bind: Address): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(bind.host) ? "udp6" : "udp4",
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(bind.port, bind.host, () => {
      socket.off("error", reject);
      // A peer that is down answers with ICMP: to a wire that is a lost packet.
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

/**
 * UDP between two addresses, shaped in both directions. With `from` both ends are known and one socket stands in for each
 * to the other; without it anybody may send to `bind`, and each sender gets a socket of its own toward `to`.
 */
export class UdpRelay {
  readonly #options: RelayOptions & { from?: Address; to: Address };
  readonly #socket: Socket;
  readonly #forth: Wire;
  readonly #back: Wire;
  readonly #clients = new Map<string, { socket: Promise<Socket>; seenAt: number }>();
  readonly #sweep: NodeJS.Timeout;
  #closed = false;

  static async open(options: RelayOptions & { from?: Address; to: Address }): Promise<UdpRelay> {
    return new UdpRelay(options, await openSocket(options.bind));
  }

  private constructor(options: RelayOptions & { from?: Address; to: Address }, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#forth = new Wire(options.forth, options.seed);
    this.#back = new Wire(options.back, options.seed + 1);
    socket.on("message", (packet, sender) => this.#receive(packet, sender));
    this.#sweep = setInterval(() => this.#forgetIdle(), idleMs / 4);
    this.#sweep.unref();
  }

  get address(): Address {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  get counts(): Counts {
    return { forth: this.#forth.counts, back: this.#back.counts, clients: this.#clients.size };
  }

  reshape({ forth, back }: { forth?: Shape; back?: Shape }): void {
    if (forth) this.#forth.shape = forth;
    if (back) this.#back.shape = back;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const client of this.#clients.values()) closeLate(client.socket);
    this.#clients.clear();
    this.#forth.close();
    this.#back.close();
    this.#socket.close();
  }

  #receive(packet: Buffer, sender: RemoteInfo): void {
    const { from, to } = this.#options;
    // Only hosts are compared: tunnels choose their source ports by flow.
    if (!from) this.#forward(packet, sender);
    else if (sender.address === from.host) this.#forth.carry(packet.length, () => this.#send(packet, to));
    else if (sender.address === to.host) this.#back.carry(packet.length, () => this.#send(packet, from));
  }

  #send(packet: Buffer, { host, port }: Address): void {
    if (!this.#closed) this.#socket.send(packet, port, host);
  }

  #forward(packet: Buffer, sender: RemoteInfo): void {
    const { to } = this.#options;
    const socket = this.#clientSocket({ host: sender.address, port: sender.port });
    this.#forth.carry(packet.length, () => {
      void socket.then((open) => {
        if (!this.#closed) open.send(packet, to.port, to.host);
      });
    });
  }

  #clientSocket(client: Address): Promise<Socket> {
    const key = `${client.host}/${client.port}`;
    const known = this.#clients.get(key);
    if (known) {
      known.seenAt = Date.now();
      return known.socket;
    }
    const socket = openSocket({ host: isIPv6(this.#options.to.host) ? "::" : "0.0.0.0", port: 0 });
    this.#clients.set(key, { socket, seenAt: Date.now() });
    void socket.then((open) =>
      open.on("message", (packet) => this.#back.carry(packet.length, () => this.#send(packet, client))),
    );
    return socket;
  }

  #forgetIdle(): void {
    for (const [key, { socket, seenAt }] of this.#clients) {
      if (Date.now() - seenAt < idleMs) continue;
      this.#clients.delete(key);
      closeLate(socket);
    }
  }
}

function closeLate(socket: Promise<Socket>): void {
  socket.then(
    (open) => open.close(),
    () => {},
  );
}
