import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_AAC,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLTP,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_BT709,
  FF_ENCODER_LIBX264,
} from "node-av/constants";
import { Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import type { StereoSamples } from "./decoder.ts";
import { check, countNative } from "./native.ts";
import type { Picture } from "./picture.ts";

export const audioRate = 48_000;
/** Samples of one AAC frame. */
export const audioFrameSamples = 1024;

export type VideoEncoding = {
  width: number;
  height: number;
  framesPerSecond: number;
  bitrateKbps: number;
  preset: string;
  /** As little work as x264 can do with the parameter sets of `preset`, so that one may take over from the other. */
  leastEffort?: boolean;
  /** Never on the thread that draws: it goes on with another encoder meanwhile. */
  aside?: boolean;
};

/** Reference pictures are part of the parameter sets. */
const presetRefs: Record<string, number> = { faster: 2, fast: 2, medium: 3 };

/** A coded picture. `tick`: programme clock, frames since the programme began. */
export type EncodedVideo = { tick: number; key: boolean; data: Buffer };
/** A coded audio frame of 1024 samples. `index`: frames since the programme began. */
export type EncodedAudio = { index: number; data: Buffer };

function drain(context: CodecContext, packet: Packet, take: (packet: Packet) => void): void {
  while (context.receivePacketSync(packet) >= 0) {
    take(packet);
    packet.unref();
  }
}

/** Coding 720p takes these a few milliseconds of a tick's 33. */
const quickPresets = ["ultrafast", "superfast", "veryfast"];
const quickPixels = 1280 * 720;

/** ultrafast, but for what the parameter sets of another preset say. */
function leastEffort(preset: string): Record<string, string> {
  if (preset === "ultrafast") return {};
  const refs = presetRefs[preset] ?? 1;
  return { "x264-params": `cabac=1:8x8dct=1:weightp=${refs > 1 ? 2 : 1}:ref=${refs}` };
}

/** x264, one picture in, one packet out: no look-ahead, no B-frames, key frames only where they are asked for. */
export class H264Encoder {
  readonly #context = new CodecContext();
  /**
   * Code on the thread that draws, where the picture is in the cache: a twentieth less in all. What takes longer goes to
   * libuv's pool, so that it may use another core while the next picture is drawn.
   */
  readonly #inline: boolean;
  readonly #packet = new Packet();
  readonly #freed: () => void;
  /** SPS and PPS in Annex B. */
  readonly extraData: Buffer;

  constructor(options: VideoEncoding) {
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
    if (!codec) throw new Error("this build of libav has no libx264");
    this.#inline =
      options.aside !== true &&
      options.width * options.height <= quickPixels &&
      (options.leastEffort === true || quickPresets.includes(options.preset));
    const context = this.#context;
    context.allocContext3(codec);
    context.width = options.width;
    context.height = options.height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, options.framesPerSecond);
    context.framerate = new Rational(options.framesPerSecond, 1);
    context.gopSize = 2 ** 30;
    context.maxBFrames = 0;
    context.threadCount = 1;
    // Pixels pass through as cameras send them over WebRTC: BT.601 matrix, limited range.
    context.colorRange = AVCOL_RANGE_MPEG;
    context.colorPrimaries = AVCOL_PRI_BT709;
    context.colorTrc = AVCOL_TRC_BT709;
    context.colorSpace = AVCOL_SPC_SMPTE170M;
    context.bitRate = BigInt(options.bitrateKbps * 1000);
    context.rcMaxRate = BigInt(options.bitrateKbps * 1000);
    context.rcBufferSize = options.bitrateKbps * 1000;
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    // Never a Dictionary: opening takes it over, and its wrapper frees it once more when it is collected.
    const settings = {
      preset: options.leastEffort ? "ultrafast" : options.preset,
      tune: "zerolatency",
      profile: "high",
      "forced-idr": "1",
      sc_threshold: "0",
      ...(options.leastEffort ? leastEffort(options.preset) : {}),
    };
    for (const [name, value] of Object.entries(settings))
      check(context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN), `set ${name}`);
    check(context.open2Sync(codec), "open H.264 encoder");
    this.#packet.alloc();
    this.#freed = countNative("encoder");
    this.extraData = Buffer.from(context.extraData ?? Buffer.alloc(0));
  }

  /** Calls must not overlap; the picture may be drawn on again when the promise settles. */
  async encode(picture: Picture, tick: number, key: boolean): Promise<EncodedVideo[]> {
    picture.frame.pts = BigInt(tick);
    picture.frame.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sent = this.#inline
      ? this.#context.sendFrameSync(picture.frame)
      : await this.#context.sendFrame(picture.frame);
    check(sent, "encode picture");
    return this.#take();
  }

  #take(): EncodedVideo[] {
    const packets: EncodedVideo[] = [];
    drain(this.#context, this.#packet, (packet) => {
      packets.push({
        tick: Number(packet.pts),
        key: packet.isKeyframe,
        data: Buffer.from(packet.data ?? Buffer.alloc(0)),
      });
    });
    return packets;
  }

  close(): void {
    this.#packet.free();
    this.#context.freeContext();
    this.#freed();
  }
}

type SampleFrame = { frame: Frame; left: Float32Array; right: Float32Array };

/** A frame of 1024 stereo samples with views on its memory. */
function sampleFrame(): SampleFrame {
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_SAMPLE_FMT_FLTP;
  frame.sampleRate = audioRate;
  frame.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  frame.nbSamples = audioFrameSamples;
  check(frame.getBuffer(), "allocate samples");
  const [left, right] = frame.data ?? [];
  if (!left || !right) throw new TypeError("the audio frame has no two planes");
  const view = (plane: Buffer): Float32Array =>
    new Float32Array(plane.buffer, plane.byteOffset, audioFrameSamples);
  return { frame, left: view(left), right: view(right) };
}

/** AAC-LC, 48 kHz stereo. Synchronous: a frame costs about a tenth of a millisecond. */
export class AacEncoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #frames: readonly [SampleFrame, SampleFrame];
  readonly #freed: () => void;
  /** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
  readonly extraData: Buffer;

  constructor(bitrateKbps: number) {
    const codec = Codec.findEncoder(AV_CODEC_ID_AAC);
    if (!codec) throw new Error("this build of libav has no AAC encoder");
    this.#context.allocContext3(codec);
    this.#context.sampleRate = audioRate;
    this.#context.sampleFormat = AV_SAMPLE_FMT_FLTP;
    this.#context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
    this.#context.timeBase = new Rational(1, audioRate);
    this.#context.bitRate = BigInt(bitrateKbps * 1000);
    this.#context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    check(this.#context.open2Sync(codec), "open AAC encoder");
    this.#packet.alloc();
    this.#frames = [sampleFrame(), sampleFrame()];
    this.#freed = countNative("encoder");
    this.extraData = Buffer.from(this.#context.extraData ?? Buffer.alloc(0));
  }

  /**
   * @param samples exactly 1024 per channel
   * @param index frames since the programme began
   * @returns coded frames; the first one of all is the encoder's priming, before the programme's zero, and left out
   */
  encode(samples: StereoSamples, index: number): EncodedAudio[] {
    // The encoder has copied a frame by the time the one after is filled.
    const { frame, left, right } = this.#frames[index % 2 === 0 ? 0 : 1];
    left.set(samples.left);
    right.set(samples.right);
    frame.pts = BigInt(index * audioFrameSamples);
    check(this.#context.sendFrameSync(frame), "encode samples");
    return this.#take();
  }

  /** The frames that the encoder still holds; nothing can be encoded after. */
  finish(): EncodedAudio[] {
    check(this.#context.sendFrameSync(null), "end samples");
    return this.#take();
  }

  #take(): EncodedAudio[] {
    const packets: EncodedAudio[] = [];
    drain(this.#context, this.#packet, (packet) => {
      const at = Number(packet.pts) / audioFrameSamples;
      if (at >= 0) packets.push({ index: at, data: Buffer.from(packet.data ?? Buffer.alloc(0)) });
    });
    return packets;
  }

  close(): void {
    this.#packet.free();
    for (const { frame } of this.#frames) frame.free();
    this.#context.freeContext();
    this.#freed();
  }
}
