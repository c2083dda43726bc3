import { type Log, type Scope, sleep } from "@rostrum/platform";
import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_H264,
  AV_PKT_FLAG_KEY,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import { FormatContext, Packet, type Stream } from "node-av/lib";
import {
  audioFrameSamples,
  audioRate,
  check,
  countNative,
  type EncodedAudio,
  type EncodedVideo,
} from "../av/index.ts";

export type PublisherOptions = {
  /** The hub's, on the loopback: a server that never blocks for long. */
  url: string;
  video: { width: number; height: number; framesPerSecond: number; header: Buffer };
  audio: { header: Buffer };
  scope: Scope;
  log: Log;
};

type Queued = { kind: "video"; packet: EncodedVideo } | { kind: "audio"; packet: EncodedAudio };

/** Three seconds of video and sound; beyond that the hub does not take it and we begin again at a key frame. */
const maxQueue = 250;

/** Publishes the coded programme to the local hub over RTMP, beginning at a key frame, reopening when the hub was away. */
export class Publisher {
  readonly #options: PublisherOptions;
  #queue: Queued[] = [];
  #wake: () => void = () => {};
  #waitingForKey = true;

  constructor(options: PublisherOptions) {
    this.#options = options;
    options.scope.run("rtmp publisher", (signal) => this.#keepPublishing(signal));
  }

  video(packet: EncodedVideo): void {
    if (this.#waitingForKey && !packet.key) return;
    this.#waitingForKey = false;
    this.#push({ kind: "video", packet });
  }

  audio(packet: EncodedAudio): void {
    if (!this.#waitingForKey) this.#push({ kind: "audio", packet });
  }

  #push(item: Queued): void {
    if (this.#queue.length >= maxQueue) this.#restart();
    else this.#queue.push(item);
    this.#wake();
  }

  #restart(): void {
    this.#queue = [];
    this.#waitingForKey = true;
  }

  async #keepPublishing(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#publishOnce(signal);
      } catch (error) {
        this.#options.log.warn({ err: error }, "the RTMP hub is lost and tried again");
      }
      this.#restart();
      if (!signal.aborted) await sleep(300, signal).catch(() => {});
    }
  }

  async #publishOnce(signal: AbortSignal): Promise<void> {
    const context = new FormatContext();
    check(context.allocOutputContext2(null, "flv", this.#options.url), "prepare FLV");
    const freed = countNative("flv muxer");
    const packet = new Packet();
    packet.alloc();
    try {
      const streams = this.#addStreams(context);
      check(await context.openOutput(), "connect to the hub");
      check(await context.writeHeader(), "begin FLV");
      while (!signal.aborted) {
        const item = this.#queue.shift();
        if (item) await this.#write(context, streams, packet, item);
        else await this.#nextItem(signal);
      }
      check(await context.writeTrailer(), "end FLV");
    } finally {
      packet.free();
      await context.closeOutput();
      context.freeContext();
      freed();
    }
  }

  #addStreams(context: FormatContext): { video: Stream; audio: Stream } {
    const { video, audio } = this.#options;
    const pictures = context.newStream();
    const picture = pictures.codecpar;
    picture.codecType = AVMEDIA_TYPE_VIDEO;
    picture.codecId = AV_CODEC_ID_H264;
    picture.width = video.width;
    picture.height = video.height;
    picture.extradata = video.header;
    const sounds = context.newStream();
    const sound = sounds.codecpar;
    sound.codecType = AVMEDIA_TYPE_AUDIO;
    sound.codecId = AV_CODEC_ID_AAC;
    sound.sampleRate = audioRate;
    sound.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
    sound.frameSize = audioFrameSamples;
    sound.extradata = audio.header;
    return { video: pictures, audio: sounds };
  }

  async #write(
    context: FormatContext,
    streams: { video: Stream; audio: Stream },
    packet: Packet,
    item: Queued,
  ): Promise<void> {
    const stream = item.kind === "video" ? streams.video : streams.audio;
    // FLV counts milliseconds.
    const at =
      item.kind === "video"
        ? (item.packet.tick * 1000) / this.#options.video.framesPerSecond
        : (item.packet.index * audioFrameSamples * 1000) / audioRate;
    packet.unref();
    packet.data = item.packet.data;
    packet.streamIndex = stream.index;
    packet.pts = BigInt(Math.round(at));
    packet.dts = packet.pts;
    if (item.kind === "audio" || item.packet.key) packet.setFlags(AV_PKT_FLAG_KEY);
    check(await context.interleavedWriteFrame(packet), "write to the hub");
  }

  #nextItem(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
