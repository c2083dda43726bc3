import type { PayloadFormat } from "./frames.ts";

const startCode = Buffer.from([0, 0, 0, 1]);
const nal = { idr: 5, sps: 7, stapA: 24, fuA: 28 } as const;

function single(payload: Buffer) {
  const type = payload.readUInt8(0) & 0x1f;
  return { parts: [startCode, payload], startsFrame: true, keyframe: type === nal.idr || type === nal.sps };
}

/** STAP-A (RFC 6184 §5.7.1): several NAL units, each behind its 16-bit length. */
function aggregate(payload: Buffer) {
  const parts: Buffer[] = [];
  let keyframe = false;
  let offset = 1;
  while (offset + 2 < payload.length) {
    const length = payload.readUInt16BE(offset);
    const unit = payload.subarray(offset + 2, offset + 2 + length);
    if (unit.length !== length || length === 0) return undefined;
    const type = unit.readUInt8(0) & 0x1f;
    keyframe ||= type === nal.idr || type === nal.sps;
    parts.push(startCode, unit);
    offset += 2 + length;
  }
  return parts.length > 0 ? { parts, startsFrame: true, keyframe } : undefined;
}

/** FU-A (RFC 6184 §5.8): a slice of one NAL unit; its header is rebuilt from the indicator and the FU header. */
function fragment(payload: Buffer) {
  if (payload.length < 3) return undefined;
  const indicator = payload.readUInt8(0);
  const header = payload.readUInt8(1);
  const type = header & 0x1f;
  const data = payload.subarray(2);
  if (!(header & 0x80)) return { parts: [data], startsFrame: false, keyframe: type === nal.idr };
  const rebuilt = Buffer.from([(indicator & 0xe0) | type]);
  return { parts: [startCode, rebuilt, data], startsFrame: true, keyframe: type === nal.idr };
}

/** H.264 in RTP (RFC 6184), packetization modes 0 and 1, to Annex B byte stream. */
export const h264: PayloadFormat = {
  parse(payload) {
    if (payload.length < 1) return undefined;
    const type = payload.readUInt8(0) & 0x1f;
    if (type >= 1 && type <= 23) return single(payload);
    if (type === nal.stapA) return aggregate(payload);
    return type === nal.fuA ? fragment(payload) : undefined;
  },
};
