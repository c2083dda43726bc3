import type { Log, Redis, Scope } from "@rostrum/platform";
import { type EncoderPass, type EncoderStatus, encoderStatusKey } from "@rostrum/protocol";
import { AacToOpus } from "../av/index.ts";
import type { OriginAddress } from "../ingest/index.ts";
import { monotonicMs } from "../mix/clock.ts";
import { EncoderClock } from "./encoder-clock.ts";
import { readAudio, readVideo, splitLengthPrefixed } from "./flv.ts";
import { type ParameterSets, payloadsOf } from "./h264-payloads.ts";
import { OriginLink } from "./origin-link.ts";
import { Outbox } from "./outbox.ts";
import { readSps } from "./sps.ts";

/** An encoder that lost its connection goes on as the same source within this, ms. */
export const comeBackMs = 15_000;
const statusMs = 2000;
const statusTtlMs = 10_000;
/** Who was turned away finds out why for as long, ms. */
const refusedTtlMs = 60_000;
/** Joiners wait for the next key picture: rarer ones are remarked on, ms. */
const rareKeyMs = 4500;

const advice = {
  reordered:
    "Pictures come out of order (B-frames), which cannot be shown live. Set B-frames to 0, or x264's tune to zerolatency, and start again.",
  rareKeys: "Key frames come rarely: whoever joins waits for the next. Set the key frame interval to 2 s.",
};

type Options = {
  pass: EncoderPass;
  epoch: string;
  nodeId: string;
  listenIp: string;
  findOrigin: (webinarId: string) => Promise<OriginAddress | null>;
  redis: Redis;
  /** It is not to send any more, for good. */
  onEnded: (reason: string) => void;
  scope: Scope;
  log: Log;
};

/** One RTMP encoder as a source on a stage, through all its connections: media in, RTP out, and what its host is told. */
export class Encoder {
  readonly scope: Scope;
  readonly #options: Options;
  readonly #clock = new EncoderClock(monotonicMs());
  readonly #link: OriginLink;
  readonly #outbox: Outbox;
  readonly #since = Date.now();
  #sets: ParameterSets | null = null;
  #lengthBytes = 4;
  #sound: AacToOpus | null = null;
  #lastPictureAt = Number.NEGATIVE_INFINITY;
  #keyAt: number | null = null;
  #video: string | null = null;
  #audio: string | null = null;
  #note: string | null = null;
  #refused = false;
  #bytes = { count: 0, told: 0, at: monotonicMs() };
  #cancelLeave: () => void = () => {};

  constructor(options: Options) {
    const { pass, epoch, listenIp, findOrigin, scope, log } = options;
    this.#options = options;
    this.scope = scope;
    const wallOffset = Date.now() - monotonicMs();
    this.#link = new OriginLink({
      pass,
      epoch,
      listenIp,
      findOrigin,
      wallOf: (mediaMs) => this.#clock.dueOf(mediaMs) + wallOffset,
      onEnded: options.onEnded,
      scope,
      log,
    });
    this.#outbox = new Outbox({ scope, now: monotonicMs, send: (...item) => this.#link.send(...item) });
    scope.every(statusMs, "status", () => this.#tell("live", statusTtlMs));
    scope.add("sound", () => this.#sound?.close());
    scope.add("status", async () => {
      if (!this.#refused) await this.#forget();
    });
  }

  /** A connection of the encoder has begun, the first or another. */
  arrived(): void {
    this.#cancelLeave();
    this.#clock.restart();
    this.#lastPictureAt = Number.NEGATIVE_INFINITY;
    this.#keyAt = null;
    this.#link.setPaused(false);
  }

  /** Its connection has ended; after a while without another it leaves the stage. */
  left(): void {
    this.#link.setPaused(true);
    this.#cancelLeave = this.scope.after(
      comeBackMs,
      "leave",
      () => void this.scope.close("it did not come back"),
    );
  }

  /** @returns why it cannot be taken, for its operator; undefined while all is well */
  video(body: Buffer, timestamp: number): string | undefined {
    this.#bytes.count += body.length;
    const message = readVideo(body);
    if (message.kind === "unsupported")
      return this.#refuse(
        `Video must be H.264; this is ${message.codec}. Choose H.264 (x264, NVENC H.264) and start again.`,
      );
    if (message.kind === "config") {
      this.#sets = { sps: message.sps, pps: message.pps };
      this.#lengthBytes = message.lengthBytes;
      const info = readSps(message.sps);
      this.#video = info ? `H.264 ${info.profile} ${info.width}×${info.height}` : "H.264";
    }
    if (message.kind !== "picture") return undefined;
    return this.#picture(message, timestamp);
  }

  #picture(message: { key: boolean; offsetMs: number; data: Buffer }, timestamp: number): string | undefined {
    // It waits for its time, and the server reads the next message into the same memory.
    const units = splitLengthPrefixed(Buffer.from(message.data), this.#lengthBytes);
    if (!units) return undefined;
    const now = monotonicMs();
    // Decoders of WebRTC show pictures as they come. A constant offset is harmless, one that goes back is not.
    const { mediaMs, dueAt } = this.#clock.place((timestamp + message.offsetMs) >>> 0, now);
    if (mediaMs < this.#lastPictureAt) return this.#refuse(advice.reordered);
    this.#lastPictureAt = mediaMs;
    const { payloads, sets } = payloadsOf(units, this.#sets);
    this.#sets = sets;
    if (payloads.length === 0) return undefined;
    if (message.key) this.#noteKey(mediaMs);
    this.#link.offer("video");
    this.#outbox.put({ kind: "video", payloads, mediaMs, dueAt });
    return undefined;
  }

  #noteKey(mediaMs: number): void {
    if (this.#keyAt !== null) this.#note = mediaMs - this.#keyAt > rareKeyMs ? advice.rareKeys : null;
    this.#keyAt = mediaMs;
  }

  /** @returns why it cannot be taken, for its operator; undefined while all is well */
  audio(body: Buffer, timestamp: number): string | undefined {
    this.#bytes.count += body.length;
    const message = readAudio(body);
    if (message.kind === "unsupported") return this.#refuse(`Sound must be AAC; this is ${message.codec}.`);
    if (message.kind === "config") return this.#beginSound(message.config);
    if (message.kind !== "sound" || !this.#sound) return undefined;
    const { mediaMs, dueAt } = this.#clock.place(timestamp >>> 0, monotonicMs());
    for (const { atMs, data } of this.#sound.push(message.data, mediaMs)) {
      this.#link.offer("audio");
      this.#outbox.put({ kind: "audio", payloads: [data], mediaMs: atMs, dueAt: dueAt + atMs - mediaMs });
    }
    return undefined;
  }

  #beginSound(config: Buffer): string | undefined {
    this.#sound?.close();
    this.#sound = null;
    try {
      this.#sound = new AacToOpus(config);
      this.#audio = "AAC";
      return undefined;
    } catch (error) {
      this.#options.log.warn({ err: error }, "an encoder's sound cannot be decoded");
      return this.#refuse("The sound cannot be decoded: send AAC-LC.");
    }
  }

  #refuse(note: string): string {
    this.#note = note;
    this.#refused = true;
    this.scope.run("refusal", () => this.#tell("refused", refusedTtlMs));
    return note;
  }

  async #tell(state: EncoderStatus["state"], ttlMs: number): Promise<void> {
    const { pass, redis } = this.#options;
    const now = monotonicMs();
    const kbps = ((this.#bytes.count - this.#bytes.told) * 8) / Math.max(1, now - this.#bytes.at);
    Object.assign(this.#bytes, { told: this.#bytes.count, at: now });
    const status: EncoderStatus = {
      encoderId: pass.encoderId,
      protocol: "rtmp",
      state: state === "live" && (kbps === 0 || !this.#link.connected) ? "connecting" : state,
      since: this.#since,
      bitrateKbps: Math.max(0, Math.round(kbps)),
      video: this.#video,
      audio: this.#audio,
      note: this.#note,
      at: Date.now(),
    };
    // Redis away: the next one is soon.
    await redis
      .set(encoderStatusKey(pass.encoderId), JSON.stringify(status), "PX", ttlMs)
      .catch(() => undefined);
  }

  async #forget(): Promise<void> {
    await this.#options.redis.del(encoderStatusKey(this.#options.pass.encoderId)).catch(() => 0);
  }
}
