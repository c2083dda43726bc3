/** The fields of an RTP packet's header, which SRTP leaves in the clear (RFC 3550 §5.1, RFC 3711 §3.1). */
export type RtpHeader = {
  ssrc: number;
  payloadType: number;
  sequence: number;
  /** Media clock units. */
  timestamp: number;
  marker: boolean;
  /** Bytes before the payload, sources and extension included. */
  bytes: number;
};

/** RTP and RTCP share a port; packet types 64 to 95 are RTCP's (RFC 5761 §4). */
export const isRtcp = (packet: Uint8Array): boolean => {
  const type = (packet[1] ?? 0) & 0x7f;
  return type >= 64 && type <= 95;
};

/** Undefined for what is not RTP version 2 or is cut short. */
export function readRtpHeader(packet: Buffer): RtpHeader | undefined {
  if (packet.length < 12) return undefined;
  const [first = 0, second = 0] = packet;
  if (first >> 6 !== 2) return undefined;
  let bytes = 12 + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (packet.length < bytes + 4) return undefined;
    bytes += 4 + packet.readUInt16BE(bytes + 2) * 4;
  }
  if (packet.length < bytes) return undefined;
  return {
    ssrc: packet.readUInt32BE(8),
    payloadType: second & 0x7f,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    marker: (second & 0x80) !== 0,
    bytes,
  };
}

/** Key frame requests in a compound RTCP packet: PLI (RFC 4585 §6.3.1) and FIR (RFC 5104 §4.3.1). */
export function keyFrameRequestsIn(packet: Buffer): number {
  let requests = 0;
  for (let at = 0; at + 4 <= packet.length; ) {
    const format = (packet[at] ?? 0) & 0x1f;
    const type = packet[at + 1] ?? 0;
    if (type === 206 && (format === 1 || format === 4)) requests++;
    at += 4 + packet.readUInt16BE(at + 2) * 4;
  }
  return requests;
}
