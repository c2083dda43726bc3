import { limits, RostrumError, ServerFrame, type WireError } from "@rostrum/protocol";
import { WebSocket } from "ws";
import { withTimeout } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Scope } from "./scope.ts";
import type { Witness } from "./witness.ts";

type Pending = { resolve: (data: unknown) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };

/**
 * A node's end of a socket to another node: requests with time-outs, events by name. Closes with its scope, and when the
 * other node has been silent for as long as `limits.nodePatienceMs` gives what the witness saw.
 */
export class RpcClient {
  readonly scope: Scope;
  readonly #socket: WebSocket;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (data: unknown) => void>();
  #nextId = 1;
  #lastSeen = performance.now();
  #judging = false;
  /** What the other node answered to hello. */
  welcome: unknown;
  /** Set by who receives media from the same node. */
  witness: Witness = () => Promise.resolve("none");

  constructor(socket: WebSocket, scope: Scope, log: Log) {
    this.#socket = socket;
    this.scope = scope;
    this.#log = log;
    socket.on("message", (data) => this.#receive(data.toString()));
    for (const sign of ["ping", "pong"] as const) {
      socket.on(sign, () => {
        this.#lastSeen = performance.now();
      });
    }
    socket.on("error", (error) => log.debug({ err: error }, "node socket error"));
    socket.on("close", (code, reason) => void scope.close(reason.toString() || `closed ${code}`));
    scope.add("socket", (reason) => {
      socket.terminate();
      this.#rejectAll(reason);
    });
    this.#watch();
  }

  /** A node that froze keeps its sockets open and says nothing: it is asked, and dropped when it does not answer. */
  #watch(): void {
    let lookedAt = performance.now();
    this.scope.every(limits.nodePingMs, "silence", () => {
      const now = performance.now();
      // Time that this process itself slept through is no silence of the other's.
      const own = now - lookedAt - limits.nodePingMs;
      lookedAt = now;
      if (own > limits.nodePingMs) this.#lastSeen += own;
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
      // Two pings unanswered: worth a look.
      if (now - this.#lastSeen > 2 * limits.nodePingMs) void this.#judge();
    });
  }

  async #judge(): Promise<void> {
    if (this.#judging) return;
    this.#judging = true;
    const seen = withTimeout(this.witness(), limits.nodePatienceMs.none, "the witness");
    const verdict = await seen.catch(() => "none" as const);
    this.#judging = false;
    if (performance.now() - this.#lastSeen > limits.nodePatienceMs[verdict]) this.#socket.terminate();
  }

  get closed(): boolean {
    return this.scope.closed;
  }

  on(event: string, listener: (data: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  /** Rejects with the peer's typed error, `timeout`, or `closed`. */
  request(method: string, data: unknown, timeoutMs = 5000): Promise<unknown> {
    if (this.closed) return Promise.reject(new RostrumError("closed", `${method}: the connection is closed`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RostrumError("timeout", `${method} was not answered within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  #receive(text: string): void {
    this.#lastSeen = performance.now();
    const frame = parseFrame(text);
    if (!frame) {
      this.#log.warn("a node sent a malformed frame");
      return;
    }
    if ("event" in frame) {
      this.#tell(frame.event, frame.data);
      return;
    }
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    clearTimeout(pending.timer);
    if (frame.ok) pending.resolve(frame.data);
    else pending.reject(asError(frame.error));
  }

  #tell(event: string, data: unknown): void {
    try {
      this.#listeners.get(event)?.(data);
    } catch (error) {
      this.#log.error({ err: error, event }, "a node's event could not be handled");
    }
  }

  #rejectAll(reason: string): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new RostrumError("closed", reason));
    }
    this.#pending.clear();
  }
}

function parseFrame(text: string): ServerFrame | undefined {
  try {
    return ServerFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const asError = (error: WireError): RostrumError =>
  new RostrumError(error.code, error.message, { ...(error.field ? { field: error.field } : {}) });

/** Open a socket to a node and send `hello`. Rejects when it cannot be reached within 1.5 s or refuses. */
export async function connectRpc(
  url: string,
  options: { scope: Scope; log: Log; hello: Record<string, unknown> },
): Promise<RpcClient> {
  const socket = new WebSocket(url, {
    maxPayload: limits.nodeFrameBytes,
    perMessageDeflate: false,
    handshakeTimeout: 1500,
  });
  const client = new RpcClient(socket, options.scope.child(`link ${new URL(url).pathname}`), options.log);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new RostrumError("closed", "the node closed the connection")));
    });
    client.welcome = await client.request("hello", options.hello, 2000);
    return client;
  } catch (error) {
    await client.scope.close("could not connect");
    throw error;
  }
}
