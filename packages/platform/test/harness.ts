import { WebSocket } from "ws";
import { acceptSockets, createLog, HttpServer, type RpcSocket, Scope, sleep } from "../src/index.ts";

export const log = createLog({ service: "test", level: "silent" });

export async function until(what: string, check: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(10);
  }
}

type Frame = {
  id?: number;
  ok?: boolean;
  data?: unknown;
  error?: { code: string; field?: string };
  event?: string;
};

/** A client that says what it likes. */
export class RawClient {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.frames.push(JSON.parse(data.toString()) as Frame));
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on("error", () => {});
  }

  static async open(url: string, options: { origin?: string; autoPong?: boolean } = {}): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url, { ...options, perMessageDeflate: false }));
    await until("open", () => client.socket.readyState !== WebSocket.CONNECTING);
    return client;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The answer to request `id`. */
  async answer(id: number): Promise<Frame> {
    await until(`answer ${id}`, () => this.frames.some((frame) => frame.id === id));
    return this.frames.find((frame) => frame.id === id) ?? {};
  }
}

/** A server with sockets at `/ws`. */
export async function serveSockets(
  onSocket: (socket: RpcSocket, authenticated: () => void) => void,
): Promise<{ url: string; scope: Scope; http: HttpServer; port: number }> {
  const scope = new Scope("server", log);
  const http = new HttpServer(log);
  const port = await http.listen("127.0.0.1", 0, scope);
  acceptSockets(http, "/ws", { log, scope, allowedOrigin: "http://site.test/", onSocket });
  return { url: `ws://127.0.0.1:${port}/ws`, scope, http, port };
}
