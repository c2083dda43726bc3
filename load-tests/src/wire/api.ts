import { Admission, protocolVersion, RoomSnapshot, ServerFrame, type WireError } from "@rostrum/protocol";
import { WebSocket } from "ws";
import { post } from "./post.ts";

export type Answer = { status: number; data?: unknown; error?: WireError };

/** Who calls: by an admission or a session cookie, from an address as a proxy in front of web would tell it. */
export type Caller = { admission?: string; cookie?: string; from?: string };

/** One tRPC call over plain HTTP, as any client could make it. Input is superjson with no special types. */
export async function callTrpc(
  web: string,
  procedure: string,
  input: unknown,
  caller?: string | Caller,
): Promise<Answer> {
  return rawTrpc(web, procedure, JSON.stringify({ json: input }), caller);
}

export async function rawTrpc(
  web: string,
  procedure: string,
  body: string,
  caller?: string | Caller,
): Promise<Answer> {
  const { admission, cookie, from }: Caller =
    typeof caller === "string" ? { admission: caller } : (caller ?? {});
  const { status, text } = await post(`${web}/api/trpc/${procedure}`, body, {
    ...(admission ? { "x-rostrum-admission": admission } : {}),
    ...(cookie ? { cookie } : {}),
    ...(from ? { "x-forwarded-for": from } : {}),
  });
  const answer = JSON.parse(text) as {
    result?: { data: { json: unknown } };
    error?: { json?: { data?: { rostrum?: WireError } } } & Partial<WireError>;
  };
  const error =
    answer.error?.json?.data?.rostrum ?? (answer.error?.code ? (answer.error as WireError) : undefined);
  return {
    status,
    ...(answer.result ? { data: answer.result.data.json } : {}),
    ...(error ? { error } : {}),
  };
}

/** Admission by a personal link. */
export async function admitAs(
  web: string,
  link: string,
  prefer: "webrtc" | "hls" = "hls",
  { excludeEdges = [], servedBy }: { excludeEdges?: string[]; servedBy?: string } = {},
): Promise<Admission> {
  const joinToken = new URL(link).pathname.split("/").at(-1);
  const answer = await callTrpc(web, "attendance.admit", { joinToken, prefer, excludeEdges, servedBy });
  if (answer.error) throw new Error(`not admitted: ${answer.error.message}`);
  return Admission.parse(answer.data);
}

/** A bare socket to a media node. */
export class RawSocket {
  readonly frames: ServerFrame[] = [];
  readonly #socket: WebSocket;
  #nextId = 1;
  closed: number | undefined;
  #onClose: ((code: number) => void) | undefined;
  readonly #listeners = new Map<string, () => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const frame = ServerFrame.safeParse(JSON.parse(data.toString()));
      if (!frame.success) return;
      this.frames.push(frame.data);
      if ("event" in frame.data) this.#listeners.get(frame.data.event)?.();
    });
    socket.on("close", (code) => {
      this.closed = code;
      this.#onClose?.(code);
    });
    socket.on("error", () => undefined);
  }

  static async open(url: string): Promise<RawSocket> {
    const socket = new WebSocket(url, { handshakeTimeout: 3000 });
    const raw = new RawSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return raw;
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** The answer to a request, or undefined when the socket closed first. */
  async request(method: unknown, data: unknown): Promise<ServerFrame | undefined> {
    const id = this.#nextId++;
    this.send(JSON.stringify({ id, method, data }));
    const deadline = Date.now() + 5000;
    while (Date.now() < deadline && this.closed === undefined) {
      const answer = this.frames.find((frame) => "id" in frame && frame.id === id);
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return undefined;
  }

  /** Told of each event of this name from now on. */
  onEvent(name: string, listener: () => void): void {
    this.#listeners.set(name, listener);
  }

  /** Told once, at once when the socket has closed already. */
  onClose(listener: (code: number) => void): void {
    if (this.closed !== undefined) listener(this.closed);
    else this.#onClose = listener;
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** The room as one participant sees it on joining. */
export async function snapshotOf(url: string, token: string): Promise<RoomSnapshot> {
  const socket = await RawSocket.open(url);
  try {
    const answer = await socket.request("hello", { version: protocolVersion, token });
    if (!answer || !("ok" in answer) || !answer.ok)
      throw new Error(`hello was refused: ${JSON.stringify(answer)}`);
    return RoomSnapshot.parse((answer.data as { snapshot: unknown }).snapshot);
  } finally {
    socket.close();
  }
}
