/** An RTP packet (RFC 3550 §5.1). `payload` is a view on the received bytes, padding removed. */
export type RtpPacket = {
  payloadType: number;
  marker: boolean;
  /** 16 bits, wraps. */
  sequence: number;
  /** 32 bits, wraps, in the codec's clock. */
  timestamp: number;
  ssrc: number;
  payload: Buffer;
};

/** Length of the header with contributing sources and extension, or undefined when the bytes are not RTP version 2. */
export function rtpHeaderLength(bytes: Buffer): number | undefined {
  if (bytes.length < 12 || bytes.readUInt8(0) >> 6 !== 2) return undefined;
  const first = bytes.readUInt8(0);
  let length = 12 + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (bytes.length < length + 4) return undefined;
    length += 4 + bytes.readUInt16BE(length + 2) * 4;
  }
  return length <= bytes.length ? length : undefined;
}

/** Undefined when the bytes are not a whole RTP packet. */
export function parseRtp(bytes: Buffer): RtpPacket | undefined {
  const start = rtpHeaderLength(bytes);
  if (start === undefined) return undefined;
  const padding = bytes.readUInt8(0) & 0x20 ? bytes.readUInt8(bytes.length - 1) : 0;
  if (start + padding > bytes.length) return undefined;
  const second = bytes.readUInt8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
}

/** The bytes of a packet without contributing sources, extension or padding. */
export function writeRtp(packet: RtpPacket): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8((packet.marker ? 0x80 : 0) | packet.payloadType, 1);
  header.writeUInt16BE(packet.sequence, 2);
  header.writeUInt32BE(packet.timestamp, 4);
  header.writeUInt32BE(packet.ssrc, 8);
  return Buffer.concat([header, packet.payload]);
}

/** RTP and RTCP share a port (RFC 5761 §4): packet types 192-223 are RTCP. */
export function isRtcp(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  const type = bytes.readUInt8(1);
  return type >= 192 && type <= 223;
}

/**
 * What a retransmission carries (RFC 4588 §4): the original sequence number is its payload's first two bytes.
 * Undefined for the empty packets that senders use for bandwidth probing.
 */
export function unwrapRtx(
  packet: RtpPacket,
  original: { ssrc: number; payloadType: number },
): RtpPacket | undefined {
  if (packet.payload.length <= 2) return undefined;
  return {
    ...packet,
    ssrc: original.ssrc,
    payloadType: original.payloadType,
    sequence: packet.payload.readUInt16BE(0),
    payload: packet.payload.subarray(2),
  };
}

/** Turns a wrapping counter into one that only grows, taking the value nearest to the last one. */
export class Unwrapper {
  readonly #modulus: number;
  #last: number | undefined;

  /** @param bits width of the counter, at most 32 */
  constructor(bits: number) {
    this.#modulus = 2 ** bits;
  }

  /** The value in the counter's unwrapped line; may be below an earlier one when packets are late. */
  next(value: number): number {
    if (this.#last === undefined) {
      this.#last = value;
      return value;
    }
    const half = this.#modulus / 2;
    const before = ((this.#last % this.#modulus) + this.#modulus) % this.#modulus;
    const difference = ((value - before + half + this.#modulus) % this.#modulus) - half;
    const result = this.#last + difference;
    if (difference > 0) this.#last = result;
    return result;
  }
}
