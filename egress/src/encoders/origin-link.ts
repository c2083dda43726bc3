import { randomInt } from "node:crypto";
import { connectRpc, type Log, type RpcClient, type Scope, sleep } from "@rostrum/platform";
import { type EncoderPass, ingestMethods, type MediaKind, protocolVersion } from "@rostrum/protocol";
import { backoffMs } from "@rostrum/rules";
import type { OriginAddress } from "../ingest/index.ts";
import { RtpSender, type StreamShape } from "./rtp-sender.ts";

type Options = {
  pass: EncoderPass;
  epoch: string;
  listenIp: string;
  findOrigin: (webinarId: string) => Promise<OriginAddress | null>;
  wallOf: (mediaMs: number) => number;
  /** The origin ended it for good: another session has the key, or the webinar is over. */
  onEnded: (reason: string) => void;
  scope: Scope;
  log: Log;
};

const shapes: Record<MediaKind, Omit<StreamShape, "ssrc">> = {
  video: { payloadType: 102, clockRate: 90_000 },
  audio: { payloadType: 111, clockRate: 48_000 },
};

type Connection = {
  client: RpcClient;
  sender: RtpSender;
  /** What the origin was asked to take. */
  asked: Set<MediaKind>;
  ssrcs: Map<MediaKind, number>;
};

/** Ends of a link after which this encoder is not wanted there any more. */
const final = new Set(["replaced", "ended"]);

/**
 * Keeps one encoder on the stage: a socket to whichever origin has it, a port of its own, and a producer for each kind
 * that is sent. When the origin goes another is looked for; what is sent meanwhile is lost.
 */
export class OriginLink {
  readonly #options: Options;
  readonly #kinds = new Set<MediaKind>();
  #current: Connection | null = null;
  #paused = false;

  constructor(options: Options) {
    this.#options = options;
    options.scope.run("origin link", (signal) => this.#keep(signal));
  }

  get connected(): boolean {
    return this.#current !== null;
  }

  /** There will be sound, or pictures. Repeating it does nothing. */
  offer(kind: MediaKind): void {
    if (this.#kinds.has(kind)) return;
    this.#kinds.add(kind);
    const current = this.#current;
    if (!current) return;
    this.#options.scope.run("produce", async () => {
      try {
        await this.#produce(current, kind);
      } catch (error) {
        this.#options.log.warn({ err: error, kind }, "the stage did not take an encoder's media");
        // Another link tries again with everything.
        void current.client.scope.close("the media was not taken");
      }
    });
  }

  send(kind: MediaKind, payloads: readonly Buffer[], mediaMs: number): void {
    const ssrc = this.#current?.ssrcs.get(kind);
    if (ssrc !== undefined) this.#current?.sender.send(ssrc, payloads, mediaMs);
  }

  /** The encoder is away, or is back. */
  setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#tellPaused();
  }

  #tellPaused(): void {
    const client = this.#current?.client;
    const paused = this.#paused;
    this.#options.scope.run("pause", async () => {
      // A link that ends meanwhile begins anew with what is true then.
      await client?.request("ingest.pause", { paused }).catch(() => undefined);
    });
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const reason = await this.#once(signal);
        attempt = 0;
        if (signal.aborted) return;
        if (final.has(reason)) {
          this.#options.onEnded(reason);
          return;
        }
        log.info({ reason }, "the link to the stage has ended");
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, "no link to the stage");
      }
      await sleep(100 + backoffMs(attempt, Math.random(), { baseMs: 200, capMs: 2000 }), signal).catch(
        () => {},
      );
    }
  }

  /** One connection from its opening to its end. @returns why it ended */
  async #once(signal: AbortSignal): Promise<string> {
    const { pass, epoch, listenIp, findOrigin, wallOf, log } = this.#options;
    const address = await findOrigin(pass.webinarId);
    if (!address) throw new Error("no origin is there");
    const scope = this.#options.scope.child("link");
    const stop = (): void => void scope.close("ended here");
    signal.addEventListener("abort", stop, { once: true });
    try {
      const sender = await RtpSender.open({ listenIp, scope, wallOf });
      const url = `${address.url.replace(/^http/, "ws").replace(/\/$/, "")}/ingest`;
      const client = await connectRpc(url, {
        scope,
        log,
        hello: { version: protocolVersion, token: address.token, epoch },
      });
      const answer = await client.request("ingest.open", { encoder: pass, endpoint: sender.endpoint });
      sender.connect(ingestMethods["ingest.open"].response.parse(answer).endpoint);
      const current: Connection = { client, sender, asked: new Set(), ssrcs: new Map() };
      this.#current = current;
      for (const kind of this.#kinds) await this.#produce(current, kind);
      if (this.#paused) this.#tellPaused();
      return await new Promise<string>((resolve) =>
        client.scope.add("link end", (reason) => resolve(reason)),
      );
    } finally {
      this.#current = null;
      signal.removeEventListener("abort", stop);
      await scope.close("link ended");
    }
  }

  async #produce(current: Connection, kind: MediaKind): Promise<void> {
    if (current.asked.has(kind)) return;
    current.asked.add(kind);
    const shape = { ...shapes[kind], ssrc: randomInt(1, 2 ** 32 - 1) };
    current.sender.add(shape);
    await current.client.request("ingest.produce", { kind, rtpParameters: rtpParametersOf(kind, shape) });
    current.ssrcs.set(kind, shape.ssrc);
  }
}

/** H.264 is named constrained baseline whatever its profile: every browser decodes what encoders send. */
function rtpParametersOf(kind: MediaKind, { ssrc, payloadType, clockRate }: StreamShape) {
  const video = kind === "video";
  return {
    codecs: [
      {
        mimeType: video ? "video/H264" : "audio/opus",
        payloadType,
        clockRate,
        ...(video ? {} : { channels: 2 }),
        parameters: video
          ? { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 }
          : { useinbandfec: 1, "sprop-stereo": 1 },
        rtcpFeedback: video ? [{ type: "nack", parameter: "" }] : [],
      },
    ],
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: "encoder", reducedSize: true },
  };
}
