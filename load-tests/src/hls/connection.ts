import { connect, type Socket } from "node:net";

export type Reply = {
  status: number;
  /** From the request to the last byte, ms. */
  tookMs: number;
  bytes: number;
  /** Of playlists; media are counted and thrown away. */
  text: string | null;
};

type Waiting = {
  startedAt: number;
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
  /** Until the head is whole. */
  head: string;
  status: number;
  left: number;
  bytes: number;
  chunks: string[] | null;
};

/** What arrives is looked at before the next socket reads: one buffer serves all. */
const shared = Buffer.alloc(256 * 1024);

/**
 * One keep-alive HTTP/1.1 connection, one request at a time, as little work per byte as there can be: thousands of them
 * share a process. Knows bodies with a length only.
 */
export class Connection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #waiting: Waiting | null = null;

  constructor(origin: URL) {
    this.#host = origin.hostname;
    this.#port = Number(origin.port || 80);
  }

  get(path: string): Promise<Reply> {
    if (this.#waiting) return Promise.reject(new Error("a request is under way"));
    return new Promise((resolve, reject) => {
      const chunks = /\.m3u8(\?|$)/.test(path) ? [] : null;
      this.#waiting = {
        startedAt: performance.now(),
        resolve,
        reject,
        head: "",
        status: 0,
        left: -1,
        bytes: 0,
        chunks,
      };
      this.#socket ??= this.#open();
      this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}:${this.#port}\r\n\r\n`);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#fail(new Error("closed"));
  }

  #open(): Socket {
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length: number) => {
          this.#read(shared.subarray(0, length));
          return true;
        },
      },
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = null;
      this.#fail(new Error("the server has closed"));
    });
    return socket;
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }

  #read(bytes: Buffer): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const body = waiting.left < 0 ? this.#readHead(waiting, bytes) : bytes;
    if (!body) return;
    waiting.left -= body.length;
    waiting.bytes += body.length;
    waiting.chunks?.push(body.toString("latin1"));
    if (waiting.left > 0) return;
    this.#waiting = null;
    const { status, startedAt, chunks } = waiting;
    const tookMs = performance.now() - startedAt;
    waiting.resolve({ status, tookMs, bytes: waiting.bytes, text: chunks ? chunks.join("") : null });
  }

  /** The part of these bytes that belongs to the body; undefined while the head is not whole. */
  #readHead(waiting: Waiting, bytes: Buffer): Buffer | undefined {
    const before = waiting.head.length;
    const end = bytes.indexOf("\r\n\r\n");
    waiting.head += bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
    if (end < 0 && before === 0) return undefined;
    const length = /\r\ncontent-length: *(\d+)/i.exec(waiting.head)?.[1];
    if (end < 0 || length === undefined) {
      this.#fail(new Error("an answer without a length"));
      return undefined;
    }
    waiting.status = Number(waiting.head.slice(9, 12));
    waiting.left = Number(length);
    return bytes.subarray(end + 4);
  }
}
