import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
} from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { check, countNative } from "./native.ts";

export type VideoCodec = "vp8" | "vp9" | "h264";

const codecIds = {
  vp8: AV_CODEC_ID_VP8,
  vp9: AV_CODEC_ID_VP9,
  h264: AV_CODEC_ID_H264,
  opus: AV_CODEC_ID_OPUS,
} as const;

function openContext(codec: VideoCodec | "opus"): CodecContext {
  const decoder = Codec.findDecoder(codecIds[codec]);
  if (!decoder) throw new Error(`this build of libav has no decoder for ${codec}`);
  const context = new CodecContext();
  context.allocContext3(decoder);
  // One thread: frame threads add a frame of delay each, and sources are decoded next to one another anyway.
  context.threadCount = 1;
  if (codec === "opus") {
    context.sampleRate = 48_000;
    context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  } else {
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  }
  check(context.open2Sync(decoder), `open ${codec} decoder`);
  return context;
}

/** One codec context and its packet, with the send/receive loop that both kinds share. */
class Decoder {
  readonly #context: CodecContext;
  readonly #packet = new Packet();
  readonly #freed: () => void;
  /** Two in turn: asking for a frame empties the one that is handed in. */
  readonly #frames = [emptyFrame(), emptyFrame()] as const;
  #current = 0;

  constructor(codec: VideoCodec | "opus") {
    this.#context = openContext(codec);
    this.#packet.alloc();
    this.#freed = countNative("decoder");
  }

  /**
   * @param take called with each frame, which stays the decoder's and is good until the next one
   * @returns false: the data could not be decoded
   */
  decode(data: Buffer, take: (frame: Frame) => void): boolean {
    this.#packet.unref();
    this.#packet.data = data;
    if (this.#context.sendPacketSync(this.#packet) < 0) return false;
    for (;;) {
      const next = this.#frames[this.#current === 0 ? 1 : 0];
      if (this.#context.receiveFrameSync(next) < 0) return true;
      this.#current = 1 - this.#current;
      take(next);
    }
  }

  close(): void {
    this.#packet.free();
    for (const frame of this.#frames) frame.free();
    this.#context.freeContext();
    this.#freed();
  }
}

function emptyFrame(): Frame {
  const frame = new Frame();
  frame.alloc();
  return frame;
}

/** Decodes one video source, each whole picture to at most one frame, without delay. */
export class VideoDecoder {
  readonly #decoder: Decoder;

  constructor(codec: VideoCodec) {
    this.#decoder = new Decoder(codec);
  }

  /**
   * @returns the newest frame, which stays the decoder's and is good until the next one; null: none yet; undefined: the data
   * is damaged, ask for a key frame
   */
  decode(data: Buffer): Frame | null | undefined {
    let newest: Frame | null = null;
    const whole = this.#decoder.decode(data, (frame) => {
      newest = frame;
    });
    return whole ? newest : undefined;
  }

  close(): void {
    this.#decoder.close();
  }
}

/** Stereo samples at 48 kHz, -1..1. */
export type StereoSamples = { left: Float32Array; right: Float32Array };

/** Decodes one Opus source (RFC 7587: an RTP payload is one Opus packet). */
export class OpusDecoder {
  readonly #decoder = new Decoder("opus");

  /** Undefined when the packet is damaged: its time stays silent. */
  decode(packet: Buffer): StereoSamples | undefined {
    const parts: StereoSamples[] = [];
    const whole = this.#decoder.decode(packet, (frame) => parts.push(copySamples(frame)));
    if (!whole) return undefined;
    return parts.length === 1 ? parts[0] : joinSamples(parts);
  }

  close(): void {
    this.#decoder.close();
  }
}

function copySamples(frame: Frame): StereoSamples {
  const [left, right] = frame.data ?? [];
  if (!left) return { left: new Float32Array(0), right: new Float32Array(0) };
  const view = (plane: Buffer): Float32Array =>
    new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples).slice();
  const first = view(left);
  return { left: first, right: right && frame.channels > 1 ? view(right) : first };
}

function joinSamples(parts: StereoSamples[]): StereoSamples {
  const join = (pick: (part: StereoSamples) => Float32Array): Float32Array => {
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.left.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(pick(part), at);
      at += part.left.length;
    }
    return all;
  };
  return { left: join((part) => part.left), right: join((part) => part.right) };
}
