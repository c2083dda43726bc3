import { closeCodes, protocolVersion, RostrumError, ServerFrame } from "@rostrum/protocol";

type Pending = {
  resolve: (data: unknown) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

export type SocketEnd = { code: number; reason: string; retry: boolean };

/** Codes after which asking for admission again makes no sense. Everything unknown, like a lost connection, is retried. */
const final = new Set<number>(Object.values(closeCodes).flatMap(({ code, retry }) => (retry ? [] : [code])));

/** A browser's socket to a media node: requests answered once, events in order, one end. */
export class Rpc {
  readonly ended: Promise<SocketEnd>;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (data: unknown) => void>();
  readonly #early: { event: string; data: unknown }[] = [];
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(String(data)));
    this.ended = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        for (const pending of this.#pending.values()) {
          clearTimeout(pending.timer);
          pending.reject(new RostrumError("closed", "The connection was lost."));
        }
        this.#pending.clear();
        resolve({ code, reason, retry: code === 1000 ? false : !final.has(code) });
      });
    });
  }

  /** Open and say hello; the answer is hello's data. Rejects when there is no connection within 5 s. */
  static async connect(url: string, token: string): Promise<{ rpc: Rpc; hello: unknown }> {
    const socket = new WebSocket(url);
    const rpc = new Rpc(socket);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new RostrumError("timeout", "The server did not answer.")),
          5000,
        );
        socket.addEventListener("open", () => {
          clearTimeout(timer);
          resolve();
        });
        socket.addEventListener("close", () => {
          clearTimeout(timer);
          reject(new RostrumError("node.unavailable", "The server cannot be reached."));
        });
      });
      return { rpc, hello: await rpc.request("hello", { version: protocolVersion, token }) };
    } catch (error) {
      rpc.close();
      throw error;
    }
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

  request(method: string, data: unknown, timeoutMs = 8000): Promise<unknown> {
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

  close(): void {
    this.#socket.close(1000);
  }

  /** End so that the owner connects again. */
  retry(): void {
    this.#socket.close(3000);
  }

  #receive(text: string): void {
    const parsed = ServerFrame.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    const frame = parsed.data;
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
    if (frame.ok) pending.resolve(frame.data);
    else
      pending.reject(
        new RostrumError(
          frame.error.code,
          frame.error.message,
          frame.error.field ? { field: frame.error.field } : {},
        ),
      );
  }
}
