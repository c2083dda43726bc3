/** What an RTMP video message carries (FLV 10.1 §E.4.3, E-RTMP v2 for what is not taken). */
export type VideoMessage =
  | { kind: "config"; sps: Buffer; pps: Buffer[]; lengthBytes: number }
  /** `offsetMs`: presentation after decoding time. `data`: NAL units with lengths in front. */
  | { kind: "picture"; key: boolean; offsetMs: number; data: Buffer }
  | { kind: "nothing" }
  | { kind: "unsupported"; codec: string };

export type AudioMessage =
  | { kind: "config"; config: Buffer }
  | { kind: "sound"; data: Buffer }
  | { kind: "nothing" }
  | { kind: "unsupported"; codec: string };

const videoCodecs: Record<number, string> = { 2: "H.263", 4: "VP6", 12: "H.265" };
const audioCodecs: Record<number, string> = { 2: "MP3", 14: "MP3", 11: "Speex", 0: "PCM", 3: "PCM" };

/** The body of an RTMP message of type 9. */
export function readVideo(body: Buffer): VideoMessage {
  if (body.length < 2) return { kind: "nothing" };
  const first = body.readUInt8(0);
  if (first & 0x80)
    return { kind: "unsupported", codec: body.length < 5 ? "unknown" : body.toString("latin1", 1, 5) };
  const codec = first & 0x0f;
  if (codec !== 7) return { kind: "unsupported", codec: videoCodecs[codec] ?? `codec ${codec}` };
  const frameType = first >> 4;
  if (body.length < 5 || frameType === 5) return { kind: "nothing" };
  const type = body.readUInt8(1);
  if (type === 0) return readAvcConfig(body.subarray(5)) ?? { kind: "nothing" };
  if (type !== 1) return { kind: "nothing" };
  return { kind: "picture", key: frameType === 1, offsetMs: body.readIntBE(2, 3), data: body.subarray(5) };
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1.2). Undefined when it is cut short or has no sets. */
function readAvcConfig(record: Buffer): VideoMessage | undefined {
  try {
    const lengthBytes = (record.readUInt8(4) & 3) + 1;
    let at = 5;
    const sets = (count: number): Buffer[] =>
      Array.from({ length: count }, () => {
        const length = record.readUInt16BE(at);
        const set = record.subarray(at + 2, at + 2 + length);
        if (set.length < Math.max(4, length) && set.length !== length) throw new RangeError("cut short");
        at += 2 + length;
        return Buffer.from(set);
      });
    const [sps] = sets(record.readUInt8(at++) & 0x1f);
    const pps = sets(record.readUInt8(at++));
    return sps && sps.length >= 4 && pps.length > 0 ? { kind: "config", sps, pps, lengthBytes } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The body of an RTMP message of type 8. */
export function readAudio(body: Buffer): AudioMessage {
  if (body.length < 2) return { kind: "nothing" };
  const format = body.readUInt8(0) >> 4;
  if (format === 9)
    return { kind: "unsupported", codec: body.length < 5 ? "unknown" : body.toString("latin1", 1, 5) };
  if (format !== 10) return { kind: "unsupported", codec: audioCodecs[format] ?? `format ${format}` };
  const data = body.subarray(2);
  if (data.length === 0) return { kind: "nothing" };
  return body.readUInt8(1) === 0 ? { kind: "config", config: Buffer.from(data) } : { kind: "sound", data };
}

/** The NAL units of a picture with lengths in front; undefined when a length points past its end. */
export function splitLengthPrefixed(data: Buffer, lengthBytes: number): Buffer[] | undefined {
  const units: Buffer[] = [];
  let at = 0;
  while (at < data.length) {
    if (at + lengthBytes > data.length) return undefined;
    const length = data.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (at + length > data.length) return undefined;
    if (length > 0) units.push(data.subarray(at, at + length));
    at += length;
  }
  return units;
}
