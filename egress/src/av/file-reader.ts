import { AV_CODEC_ID_H264, AV_CODEC_ID_OPUS, AV_CODEC_ID_VP8 } from "node-av/constants";
import { FormatContext, Packet } from "node-av/lib";
import { check, countNative } from "./native.ts";

/** A coded picture or packet of sound of a file. `ms`: of the file's own time. */
export type FilePacket = { kind: "vp8" | "h264" | "opus"; ms: number; key: boolean; data: Buffer };

type Stream = { kind: FilePacket["kind"]; msPerTick: number; avcc: Avcc | null };
/** H.264 as MP4 and Matroska hold it (ISO/IEC 14496-15 §5.3.3): lengths before units, parameter sets beside them. */
type Avcc = { lengthBytes: number; parameterSets: Buffer };

const kinds = new Map<number, FilePacket["kind"]>([
  [AV_CODEC_ID_VP8, "vp8"],
  [AV_CODEC_ID_H264, "h264"],
  [AV_CODEC_ID_OPUS, "opus"],
]);
const startCode = Buffer.from([0, 0, 0, 1]);

/** Reads a separate track packet by packet, each as our decoders take it. */
export class FileReader {
  readonly #context = new FormatContext();
  readonly #packet = new Packet();
  readonly #streams = new Map<number, Stream>();
  readonly #freed: () => void;

  /** @throws AvError when it is no media file */
  constructor(path: string) {
    check(this.#context.openInputSync(path), `open ${path}`);
    this.#packet.alloc();
    this.#freed = countNative("reader");
    for (const { index, timeBase, codecpar } of this.#context.streams ?? []) {
      const kind = kinds.get(codecpar.codecId);
      if (!kind) continue;
      const avcc = kind === "h264" ? parseAvcc(codecpar.extradata) : null;
      this.#streams.set(index, { kind, msPerTick: (1000 * timeBase.num) / timeBase.den, avcc });
    }
  }

  /** The next packet; null at the end, or where the file is damaged. */
  read(): FilePacket | null {
    for (;;) {
      this.#packet.unref();
      if (this.#context.readFrameSync(this.#packet) < 0) return null;
      const stream = this.#streams.get(this.#packet.streamIndex);
      const { data } = this.#packet;
      if (!stream || !data) continue;
      const key = this.#packet.isKeyframe;
      return {
        kind: stream.kind,
        ms: Number(this.#packet.pts) * stream.msPerTick,
        key,
        data: stream.avcc ? toAnnexB(data, stream.avcc, key) : Buffer.from(data),
      };
    }
  }

  close(): void {
    this.#packet.free();
    this.#context.closeInputSync();
    this.#freed();
  }
}

function parseAvcc(extra: Buffer | null): Avcc | null {
  // Annex B already, or nothing said.
  if (!extra || extra.length < 7 || extra[0] !== 1) return null;
  const units: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = extra.readUInt8(at) & mask;
    at += 1;
    for (let n = 0; n < count; n += 1) {
      const length = extra.readUInt16BE(at);
      units.push(startCode, extra.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { lengthBytes: (extra.readUInt8(4) & 3) + 1, parameterSets: Buffer.concat(units) };
}

function toAnnexB(data: Buffer, { lengthBytes, parameterSets }: Avcc, key: boolean): Buffer {
  const parts: Buffer[] = key ? [parameterSets] : [];
  for (let at = 0; at + lengthBytes <= data.length; ) {
    const length = data.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    parts.push(startCode, data.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(parts);
}
