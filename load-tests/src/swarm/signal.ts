import { WebSocket } from "ws";

type Pending = { resolve: (data: unknown) => void; reject: (error: Error) => void };
type Frame = {
  id?: number;
  ok?: boolean;
  data?: unknown;
  error?: { code: string; message: string };
  event?: string;
};

/** Room events outnumber everything else and a receiver has no use for them but one: the others are not parsed. */
const roomEvent = Buffer.from('{"event":"room.');
const seatOffer = Buffer.from('"seat.offered"');

/** The client's end of the envelope protocol, light enough for a thousand in one process. */
export class Signal {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  roomEvents = 0;
  onEvent: (event: string, data: unknown) => void = () => undefined;
  onClose: (code: number, reason: string) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#take(data as Buffer));
    socket.on("error", () => undefined);
    socket.on("close", (code, reason) => {
      for (const { reject } of this.#pending.values()) reject(new Error(`the socket closed: ${code}`));
      this.#pending.clear();
      this.onClose(code, reason.toString());
    });
  }

  static open(url: string, timeoutMs: number): Promise<Signal> {
    const socket = new WebSocket(url, { handshakeTimeout: timeoutMs, perMessageDeflate: false });
    const signal = new Signal(socket);
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(signal));
      socket.once("error", reject);
    });
  }

  #take(data: Buffer): void {
    if (data.subarray(0, roomEvent.length).equals(roomEvent) && !data.includes(seatOffer)) {
      this.roomEvents++;
      return;
    }
    const frame = JSON.parse(data.toString()) as Frame;
    if (frame.event !== undefined) {
      this.onEvent(frame.event, frame.data);
      return;
    }
    const pending = this.#pending.get(frame.id ?? -1);
    this.#pending.delete(frame.id ?? -1);
    if (frame.ok) pending?.resolve(frame.data);
    else pending?.reject(new Error(`${frame.error?.code}: ${frame.error?.message}`));
  }

  /** Rejects when the node refuses, when the socket closes, and after 15 s. */
  request(method: string, data: unknown): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`${method}: no answer in 15 s`));
      }, 15_000);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      this.#pending.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  close(): void {
    this.#socket.close(1000);
  }
}
