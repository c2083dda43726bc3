import type { Duplex } from "node:stream";
import {
  type CloseReason,
  closeCodes,
  internalError,
  limits,
  RequestFrame,
  RostrumError,
  type WireError,
} from "@rostrum/protocol";
import type { RawData, WebSocket } from "ws";
import type { z } from "zod";
import type { Log } from "./log.ts";
import type { Scope } from "./scope.ts";
import { TokenBucket } from "./token-bucket.ts";

type Handler = { request: z.ZodType; run: (data: never) => Promise<unknown> | unknown };

/** Bad frames a socket may send at once before it is closed for abuse; one is forgiven every `faultForgivenMs`. */
const maxFaults = 50;
const faultForgivenMs = 5000;
/** Requests of one socket that may wait for their turn. */
const maxWaiting = 128;

/**
 * The server's end of one socket: parses every frame, answers every request once, limits rate and size, drops a client
 * that reads too slowly or has gone silent. Its scope closes with it, so whatever belongs to the peer hangs there.
 */
export class RpcSocket {
  readonly scope: Scope;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #log: Log;
  readonly #handlers = new Map<string, Handler>();
  readonly #patience = new TokenBucket(maxFaults, 1000 / faultForgivenMs);
  readonly #rate = new TokenBucket(limits.messageBurst, limits.messagesPerSecond);
  #waiting = 0;
  #lastSeen = Date.now();
  #closedWith: { code: number; reason: string } | undefined;
  #queue: Promise<void> = Promise.resolve();

  /** `stream` is what `socket` writes to. */
  constructor(socket: WebSocket, stream: Duplex, scope: Scope, log: Log) {
    this.#socket = socket;
    this.#stream = stream;
    this.#log = log;
    this.scope = scope;
    socket.on("message", (data: RawData, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("pong", () => {
      this.#lastSeen = Date.now();
    });
    socket.on("error", (error) => this.#log.debug({ err: error }, "socket error"));
    socket.on("close", (code, reason) => {
      this.#closedWith ??= { code, reason: reason.toString() || "client left" };
      void scope.close(this.#closedWith.reason);
    });
    scope.add("socket", () => socket.terminate());
    scope.every(limits.pingMs, "ping", () => this.#ping());
  }

  get closed(): boolean {
    return this.#closedWith !== undefined || this.scope.closed;
  }

  /** Close code and reason once the socket has ended. */
  get closedWith(): { code: number; reason: string } | undefined {
    return this.#closedWith;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Answer requests named `method`. Data reaches `run` parsed; throw RostrumError to refuse. */
  handle<S extends z.ZodType>(
    method: string,
    request: S,
    run: (data: z.infer<S>) => Promise<unknown> | unknown,
  ): void {
    this.#handlers.set(method, { request, run: run as Handler["run"] });
  }

  notify(event: string, data: unknown): void {
    this.sendText(JSON.stringify({ event, data }));
  }

  /** Send a frame that is encoded already, e.g. one event for a thousand sockets. */
  sendText(frame: string | Buffer): void {
    if (this.closed || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > limits.bufferedBytes) {
      this.close("tooSlow");
      return;
    }
    this.#hold();
    this.#socket.send(frame, { binary: false });
  }

  /** What is sent in one go is written in one go: an answer and its events are one packet. */
  #hold(): void {
    if (this.#stream.writableCorked > 0) return;
    this.#stream.cork();
    process.nextTick(() => this.#stream.uncork());
  }

  close(reason: CloseReason): void {
    if (this.#closedWith) return;
    this.#closedWith = { code: closeCodes[reason].code, reason };
    this.#socket.close(closeCodes[reason].code, reason);
    // The peer may never answer the close handshake.
    setTimeout(() => void this.scope.close(reason), 1000).unref();
  }

  #ping(): void {
    if (Date.now() - this.#lastSeen > limits.deadAfterMs) {
      this.#closedWith ??= { code: closeCodes.silent.code, reason: "silent" };
      this.#socket.terminate();
      return;
    }
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#lastSeen = Date.now();
    if (this.closed) return;
    const frame = isBinary ? undefined : parseFrame(data.toString());
    if (!frame) {
      this.notify("error", malformed);
      this.#fault();
      return;
    }
    if (this.#waiting >= maxWaiting || !this.#rate.take()) {
      this.#answer(frame.id, { error: { code: "rate.limited", message: "Too many messages: slow down." } });
      this.#fault();
      return;
    }
    // One request at a time and in order: a peer's own messages depend on one another.
    this.#waiting++;
    this.#queue = this.#queue
      .then(() => this.#dispatch(frame))
      .finally(() => {
        this.#waiting--;
      });
  }

  async #dispatch(frame: RequestFrame): Promise<void> {
    if (this.closed) return;
    const handler = this.#handlers.get(frame.method);
    if (frame.method === "ping") {
      this.#answer(frame.id, {});
      return;
    }
    if (!handler) {
      this.#answer(frame.id, {
        error: { code: "method.unknown", message: `There is no method "${frame.method}" here.` },
      });
      this.#fault();
      return;
    }
    const parsed = handler.request.safeParse(frame.data ?? {});
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const field = issue?.path.join(".").slice(0, 200);
      this.#answer(frame.id, {
        error: {
          code: "input.invalid",
          message: (issue?.message ?? "is not valid").slice(0, 500),
          ...(field ? { field } : {}),
        },
      });
      this.#fault();
      return;
    }
    try {
      this.#answer(frame.id, { data: await handler.run(parsed.data as never) });
    } catch (error) {
      if (error instanceof RostrumError) {
        this.#answer(frame.id, { error: error.toWire() });
        return;
      }
      this.#log.error({ err: error, method: frame.method }, "request failed");
      this.#answer(frame.id, { error: internalError });
    }
  }

  #answer(id: number, answer: { data?: unknown; error?: WireError }): void {
    this.sendText(
      JSON.stringify(
        answer.error ? { id, ok: false, error: answer.error } : { id, ok: true, data: answer.data ?? {} },
      ),
    );
  }

  #fault(): void {
    if (!this.#patience.take()) this.close("abuse");
  }
}

const malformed: WireError = { code: "message.malformed", message: "The frame is not a request." };

function parseFrame(text: string): RequestFrame | undefined {
  try {
    return RequestFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
