import type { PayloadFormat } from "./frames.ts";

/** Length of the VP8 payload descriptor (RFC 7741 §4.2), or undefined when it is cut off. */
function descriptorLength(payload: Buffer): number | undefined {
  const first = payload.readUInt8(0);
  if (!(first & 0x80)) return 1;
  if (payload.length < 3) return undefined;
  const extensions = payload.readUInt8(1);
  let length = 2;
  if (extensions & 0x80) length += payload.readUInt8(2) & 0x80 ? 2 : 1;
  if (extensions & 0x40) length += 1;
  if (extensions & 0x30) length += 1;
  return length;
}

/** VP8 in RTP (RFC 7741). */
export const vp8: PayloadFormat = {
  parse(payload) {
    if (payload.length < 2) return undefined;
    const length = descriptorLength(payload);
    if (length === undefined || payload.length <= length) return undefined;
    const first = payload.readUInt8(0);
    // S bit with partition 0 begins a picture; the P bit of the VP8 payload header (§4.3) is 0 in a key frame.
    const startsFrame = (first & 0x10) !== 0 && (first & 0x07) === 0;
    const data = payload.subarray(length);
    return { parts: [data], startsFrame, keyframe: startsFrame && (data.readUInt8(0) & 1) === 0 };
  },
};
