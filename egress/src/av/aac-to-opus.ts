import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_ID_AAC,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  type AVSampleFormat,
  FF_ENCODER_LIBOPUS,
} from "node-av/constants";
import { Codec, CodecContext, Frame, Packet, Rational, SoftwareResampleContext } from "node-av/lib";
import { check, countNative } from "./native.ts";

const rate = 48_000;
/** Samples of one Opus packet: 20 ms (RFC 7587 §4.2). */
const packetSamples = 960;
/** An Opus encoder looks this far ahead: what it gives out is as much later than what it was given. */
const lookAheadSamples = 312;
/** Sound whose timestamp is further than this from where the samples before it ended begins anew, ms. */
const jumpMs = 60;

/** One Opus packet of 20 ms; `atMs` is where its sound begins, in the time of what was put in. */
export type OpusPacket = { atMs: number; data: Buffer };

/** AAC in, Opus out: 48 kHz stereo, 20 ms packets with in-band FEC. Synchronous: a packet costs a fifth of a millisecond. */
export class AacToOpus {
  readonly #decoder = new CodecContext();
  readonly #encoder = new CodecContext();
  readonly #packet = new Packet();
  readonly #decoded = new Frame();
  readonly #frame = new Frame();
  readonly #freed: () => void;
  #resampler: { context: SoftwareResampleContext; key: string } | null = null;
  /** Interleaved stereo that waits for its packet to be full. */
  #waiting: Float32Array = new Float32Array(0);
  #waitingAtMs = 0;
  #samples = 0;

  /** @param config AudioSpecificConfig. @throws AvError when it is none */
  constructor(config: Buffer, bitrateKbps = 128) {
    const aac = Codec.findDecoder(AV_CODEC_ID_AAC);
    const opus = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
    if (!aac || !opus) throw new Error("this build of libav has no AAC decoder or no libopus");
    this.#decoder.allocContext3(aac);
    this.#decoder.extraData = config;
    check(this.#decoder.open2Sync(aac), "open AAC decoder");
    const encoder = this.#encoder;
    encoder.allocContext3(opus);
    encoder.sampleRate = rate;
    encoder.sampleFormat = AV_SAMPLE_FMT_FLT;
    encoder.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
    encoder.timeBase = new Rational(1, rate);
    encoder.bitRate = BigInt(bitrateKbps * 1000);
    const settings = {
      application: "audio",
      frame_duration: "20",
      fec: "1",
      packet_loss: "5",
      vbr: "constrained",
    };
    for (const [name, value] of Object.entries(settings))
      check(encoder.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN), `set ${name}`);
    check(encoder.open2Sync(opus), "open Opus encoder");
    this.#packet.alloc();
    this.#decoded.alloc();
    this.#frame.alloc();
    this.#frame.format = AV_SAMPLE_FMT_FLT;
    this.#frame.sampleRate = rate;
    this.#frame.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
    this.#frame.nbSamples = packetSamples;
    check(this.#frame.getBuffer(), "allocate samples");
    this.#freed = countNative("transcoder");
  }

  /** One AAC frame that begins at `atMs`. @returns what is whole by then; nothing for a frame that is damaged */
  push(data: Buffer, atMs: number): OpusPacket[] {
    this.#packet.unref();
    this.#packet.data = data;
    if (this.#decoder.sendPacketSync(this.#packet) < 0) return [];
    const packets: OpusPacket[] = [];
    while (this.#decoder.receiveFrameSync(this.#decoded) >= 0) {
      this.#take(this.#resample(this.#decoded), atMs);
      packets.push(...this.#encodeWhole());
    }
    return packets;
  }

  /** Puts samples behind those that wait, or begins anew where their time is another. */
  #take(samples: Float32Array, atMs: number): void {
    const endMs = this.#waitingAtMs + (this.#waiting.length / 2 / rate) * 1000;
    if (Math.abs(atMs - endMs) > jumpMs) {
      this.#waiting = samples.slice();
      this.#waitingAtMs = atMs;
      return;
    }
    const joined = new Float32Array(this.#waiting.length + samples.length);
    joined.set(this.#waiting);
    joined.set(samples, this.#waiting.length);
    this.#waiting = joined;
    // Timestamps are whole milliseconds: their average is the truth, a single one is not.
    this.#waitingAtMs += (atMs - endMs) / 50;
  }

  #encodeWhole(): OpusPacket[] {
    const packets: OpusPacket[] = [];
    while (this.#waiting.length >= packetSamples * 2) {
      const [plane] = this.#frame.data ?? [];
      if (!plane) throw new TypeError("the sound frame has no plane");
      check(this.#frame.makeWritable(), "write samples");
      new Float32Array(plane.buffer, plane.byteOffset, packetSamples * 2).set(
        this.#waiting.subarray(0, packetSamples * 2),
      );
      this.#frame.pts = BigInt(this.#samples);
      const atMs = this.#waitingAtMs - (lookAheadSamples / rate) * 1000;
      this.#samples += packetSamples;
      this.#waiting = this.#waiting.slice(packetSamples * 2);
      this.#waitingAtMs += (packetSamples / rate) * 1000;
      check(this.#encoder.sendFrameSync(this.#frame), "encode Opus");
      while (this.#encoder.receivePacketSync(this.#packet) >= 0) {
        packets.push({ atMs, data: Buffer.from(this.#packet.data ?? Buffer.alloc(0)) });
        this.#packet.unref();
      }
    }
    return packets;
  }

  /** Interleaved 48 kHz stereo of what was decoded. The stream may change its rate or channels at any frame. */
  #resample(frame: Frame): Float32Array {
    const layout = frame.channelLayout;
    const format = (frame.format ?? AV_SAMPLE_FMT_FLTP) as AVSampleFormat;
    const key = `${frame.sampleRate} ${frame.channels} ${format}`;
    if (this.#resampler?.key !== key) {
      this.#resampler?.context.free();
      const context = new SoftwareResampleContext();
      check(
        context.allocSetOpts2(
          AV_CHANNEL_LAYOUT_STEREO,
          AV_SAMPLE_FMT_FLT,
          rate,
          layout,
          format,
          frame.sampleRate,
        ),
        "prepare resampling",
      );
      check(context.init(), "begin resampling");
      this.#resampler = { context, key };
    }
    const { context } = this.#resampler;
    const most = context.getOutSamples(frame.nbSamples);
    const output = Buffer.alloc(most * 2 * 4);
    const count = check(context.convertSync([output], most, frame.data ?? null, frame.nbSamples), "resample");
    return new Float32Array(output.buffer, output.byteOffset, count * 2);
  }

  close(): void {
    this.#resampler?.context.free();
    this.#packet.free();
    this.#decoded.free();
    this.#frame.free();
    this.#decoder.freeContext();
    this.#encoder.freeContext();
    this.#freed();
  }
}
