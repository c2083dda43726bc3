import { randomUUID } from "node:crypto";
import { acceptSockets, createLog, HttpServer, type RpcSocket, Scope } from "@rostrum/platform";
import { programmeMethods } from "@rostrum/protocol";
import type { Clip } from "./clips.ts";
import { type Endpoint, rtpOutput, type SourceSpec, SrtpSender, start } from "./media.ts";
import { Player } from "./player.ts";

export type TestSource = SourceSpec & {
  producerId: string;
  participantId: string;
  name: string;
  source: "camera" | "microphone" | "screen";
};

/** The origin's end of the programme feed, spoken over the real wire; its sources are ffmpeg processes. */
export class TestOrigin {
  readonly #scope: Scope;
  readonly sender: SrtpSender;
  readonly #sources = new Map<string, TestSource>();
  readonly #running = new Map<string, () => Promise<void>>();
  readonly #sockets = new Set<RpcSocket>();
  readonly player: Player;
  feeds = 0;
  port = 0;

  private constructor(scope: Scope, sender: SrtpSender) {
    this.#scope = scope;
    this.sender = sender;
    this.player = new Player(sender);
  }

  static async open(): Promise<TestOrigin> {
    const log = createLog({ service: "test-origin", level: "silent" });
    const scope = new Scope("test origin", log);
    const origin = new TestOrigin(scope, await SrtpSender.open());
    const http = new HttpServer(log);
    acceptSockets(http, "/programme", {
      log,
      scope,
      onSocket: (socket, authenticated) => origin.#serve(socket, authenticated),
    });
    origin.port = await http.listen("127.0.0.1", 0, scope);
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  #serve(socket: RpcSocket, authenticated: () => void): void {
    socket.handle("hello", programmeMethods.hello.request, () => {
      authenticated();
      return { nodeId: "test-origin", epoch: randomUUID() };
    });
    socket.handle("feed.open", programmeMethods["feed.open"].request, ({ endpoint }) => {
      this.feeds += 1;
      this.sender.connect(endpoint as Endpoint);
      this.sender.allowed.clear();
      this.#sockets.add(socket);
      socket.scope.add("feed", () => {
        this.#sockets.delete(socket);
      });
      setImmediate(() => {
        for (const source of this.#sources.values()) socket.notify("source.opened", describe(source));
      });
      return { feedId: randomUUID(), endpoint: this.sender.endpoint, speaker: null };
    });
    socket.handle("source.resume", programmeMethods["source.resume"].request, ({ producerId }) => {
      const source = this.#sources.get(producerId);
      if (source) this.sender.allowed.add(source.ssrc);
      return {};
    });
    socket.handle("source.layers", programmeMethods["source.layers"].request, (wish) => {
      this.layers.set(wish.producerId, wish.spatialLayer);
      return {};
    });
  }

  /** Simulcast layers asked for, by producer. */
  readonly layers = new Map<string, number>();

  #notify(event: string, data: unknown): void {
    for (const socket of this.#sockets) socket.notify(event, data);
  }

  /** Sources of one ffmpeg process and of one lavfi graph, hence of one clock: separate inputs would drift apart. */
  add(sources: TestSource[]): void {
    const graph = sources.map((source, index) => `${source.input}[out${index}]`).join(";");
    const args = ["-re", "-f", "lavfi", "-i", graph];
    for (const [index, source] of sources.entries())
      args.push(...rtpOutput(source, `0:${index}`, this.sender.inputPort));
    const { stop } = start("ffmpeg", ["-loglevel", "error", ...args]);
    for (const source of sources) this.#announce(source, stop);
  }

  /** A source whose packets the test's own player sends. @param pathMs see `Player.add` */
  play(source: TestSource, clip: Clip, pathMs = 0): void {
    this.player.add(source, clip, pathMs);
    this.#announce(source, async () => this.player.remove(source.ssrc));
  }

  #announce(source: TestSource, stop: () => Promise<void>): void {
    this.#sources.set(source.producerId, source);
    this.#running.set(source.producerId, stop);
    this.#notify("source.opened", describe(source));
  }

  /** The source's packets stop; nobody is told. */
  async freeze(producerId: string): Promise<void> {
    await this.#running.get(producerId)?.();
    this.#running.delete(producerId);
  }

  async remove(producerId: string): Promise<void> {
    await this.freeze(producerId);
    const source = this.#sources.get(producerId);
    if (source) this.sender.allowed.delete(source.ssrc);
    this.#sources.delete(producerId);
    this.#notify("source.closed", { producerId });
  }

  speaker(participantId: string): void {
    this.#notify("speaker.changed", { participantId });
  }

  async close(): Promise<void> {
    for (const stop of new Set(this.#running.values())) await stop();
    this.player.close();
    await this.#scope.close("test over");
    this.sender.close();
  }
}

function describe(source: TestSource): unknown {
  const { producerId, participantId, name, codec } = source;
  const audio = codec === "opus";
  return {
    producer: {
      producerId,
      participantId,
      name,
      kind: audio ? "audio" : "video",
      source: source.source,
      paused: false,
    },
    codec: {
      mimeType: { vp8: "video/VP8", vp9: "video/VP9", h264: "video/H264", opus: "audio/opus" }[codec],
      payloadType: source.payloadType,
      clockRate: audio ? 48_000 : 90_000,
      ...(audio ? { channels: 2 } : {}),
    },
    ssrc: source.ssrc,
    rtx: null,
  };
}

let ssrc = 1000;

/** A camera of one colour or any lavfi picture. */
export function camera(name: string, input: string, codec: "vp8" | "vp9" | "h264" = "vp8"): TestSource {
  ssrc += 1;
  return {
    producerId: randomUUID(),
    participantId: randomUUID(),
    name,
    source: "camera",
    codec,
    input,
    ssrc,
    payloadType: { vp8: 101, vp9: 105, h264: 103 }[codec],
  };
}

/** A microphone of the same person. */
export function microphone(of: TestSource, input: string): TestSource {
  ssrc += 1;
  return {
    ...of,
    producerId: randomUUID(),
    source: "microphone",
    codec: "opus",
    input,
    ssrc,
    payloadType: 111,
  };
}
