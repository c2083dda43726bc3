import { closeCodes, protocolVersion, RostrumError, ServerFrame } from "@rostrum/protocol";
import { Liveness, type Witness } from "./liveness.ts";

type Pending = {
  resolve: (data: unknown) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

/** `retry`: asking for admission again makes sense. */
export type SocketEnd = { code: number; reason: string; retry: boolean };
export type Resume = { epoch: string; seq: number };
/** `resume`: the last event seen. `receive`: what is needed to receive shall come with the answer. */
export type HelloWish = { resume?: Resume | undefined; receive?: boolean };

/** Codes after which asking for admission again makes no sense. Everything unknown, like a lost connection, is retried. */
const final = new Set<number>(Object.values(closeCodes).flatMap(({ code, retry }) => (retry ? [] : [code])));
/** Our own reason to give a connection up (RFC 6455 §7.4.2). */
const lostCode = 4000;
const connectMs = 5000;
const requestMs = 8000;

/** A browser's socket to a media node: requests answered once, events in order, one end. */
export class Rpc {
  readonly ended: Promise<SocketEnd>;
  readonly #socket: WebSocket;
  readonly #liveness: Liveness;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (data: unknown) => void>();
  readonly #early: { event: string; data: unknown }[] = [];
  #end: (end: SocketEnd) => void = () => {};
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#liveness = new Liveness({
      ping: () => this.request("ping", {}, requestMs),
      onDead: () => this.lose("the server does not answer"),
    });
    socket.addEventListener("message", ({ data }) => {
      this.#liveness.heard();
      this.#receive(String(data));
    });
    socket.addEventListener("close", ({ code, reason }) =>
      this.#finish({ code, reason, retry: !final.has(code) }),
    );
  }

  /** Open and say hello; the answer is hello's data. Rejects when there is no connection within 5 s. */
  static async connect(
    url: string,
    token: string,
    wish: HelloWish = {},
  ): Promise<{ rpc: Rpc; hello: unknown }> {
    const rpc = new Rpc(new WebSocket(url));
    try {
      await rpc.#opened();
      rpc.#liveness.start();
      const hello = await rpc.request("hello", {
        version: protocolVersion,
        token,
        ...(wish.resume ? { resume: wish.resume } : {}),
        ...(wish.receive ? { receive: true } : {}),
      });
      return { rpc, hello };
    } catch (error) {
      rpc.lose("no connection");
      throw error;
    }
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new RostrumError("timeout", "The server did not answer.")),
        connectMs,
      );
      this.#socket.addEventListener("open", () => {
        clearTimeout(timer);
        resolve();
      });
      void this.ended.then(() => {
        clearTimeout(timer);
        reject(new RostrumError("node.unavailable", "The server cannot be reached."));
      });
    });
  }

  /** Ask `witness` before a silent server is given up: media may still flow from it. */
  watch(witness: Witness): void {
    this.#liveness.witness = witness;
  }

  /** Events that came before their listener are delivered to it first. */
  on(event: string, listener: (data: unknown) => void): void {
    this.#listeners.set(event, listener);
    const early = this.#early.filter((held) => held.event === event);
    for (const held of early) {
      this.#early.splice(this.#early.indexOf(held), 1);
      listener(held.data);
    }
  }

  request(method: string, data: unknown, timeoutMs = requestMs): Promise<unknown> {
    if (this.#socket.readyState !== WebSocket.OPEN)
      return Promise.reject(new RostrumError("closed", "The connection was lost."));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RostrumError("timeout", "The server did not answer in time."));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  /** We leave: nobody should come back. */
  close(): void {
    this.#finish({ code: 1000, reason: "left", retry: false });
  }

  /** Give this connection up for another one. */
  lose(reason: string): void {
    this.#finish({ code: lostCode, reason, retry: true });
  }

  // A frozen peer never answers the close handshake: the end does not wait for it.
  #finish(end: SocketEnd): void {
    this.#liveness.stop();
    this.#end(end);
    // 1000 frees our seat at once; any other code keeps it while we come back.
    this.#socket.close(end.retry ? lostCode : 1000);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new RostrumError("closed", "The connection was lost."));
    }
    this.#pending.clear();
  }

  /** End so that the owner connects again. */
  retry(): void {
    this.#socket.close(3000);
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    if (!frame) return;
    if ("event" in frame) {
      const listener = this.#listeners.get(frame.event);
      if (listener) listener(frame.data);
      else if (this.#early.length < 500) this.#early.push({ event: frame.event, data: frame.data });
      return;
    }
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    clearTimeout(pending.timer);
    if (frame.ok) {
      pending.resolve(frame.data);
      return;
    }
    const { code, message, field } = frame.error;
    pending.reject(new RostrumError(code, message, field ? { field } : {}));
  }
}

function parseFrame(text: string): ServerFrame | undefined {
  try {
    return ServerFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
