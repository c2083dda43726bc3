/** Feedback messages we send (RFC 4585), as reduced-size RTCP (RFC 5506). */

function feedback(
  format: number,
  type: number,
  ssrcs: { sender: number; media: number },
  body: Buffer,
): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80 | format, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE((header.length + body.length) / 4 - 1, 2);
  header.writeUInt32BE(ssrcs.sender, 4);
  header.writeUInt32BE(ssrcs.media, 8);
  return Buffer.concat([header, body]);
}

/** Picture loss indication (RFC 4585 §6.3.1): asks the sender for a key frame. */
export function writePli(ssrcs: { sender: number; media: number }): Buffer {
  return feedback(1, 206, ssrcs, Buffer.alloc(0));
}

/** Generic NACK (RFC 4585 §6.2.1). @param sequences 16-bit numbers in rising order, wraps allowed */
export function writeNack(ssrcs: { sender: number; media: number }, sequences: readonly number[]): Buffer {
  const items: { first: number; mask: number }[] = [];
  for (const sequence of sequences) {
    const last = items.at(-1);
    const distance = last ? (sequence - last.first) & 0xffff : 0;
    if (last && distance >= 1 && distance <= 16) last.mask |= 1 << (distance - 1);
    else items.push({ first: sequence, mask: 0 });
  }
  const body = Buffer.alloc(items.length * 4);
  for (const [index, item] of items.entries()) {
    body.writeUInt16BE(item.first, index * 4);
    body.writeUInt16BE(item.mask, index * 4 + 2);
  }
  return feedback(1, 205, ssrcs, body);
}

/** One message of a compound packet. */
export type RtcpMessage =
  | { kind: "sender-report"; ssrc: number; ntpMs: number; rtpTimestamp: number }
  | { kind: "pli"; ssrc: number }
  | { kind: "nack"; ssrc: number; sequences: number[] };

/** The messages we understand; stops at the first that is malformed. */
export function parseRtcp(bytes: Buffer): RtcpMessage[] {
  const messages: RtcpMessage[] = [];
  let offset = 0;
  while (offset + 8 <= bytes.length) {
    const length = (bytes.readUInt16BE(offset + 2) + 1) * 4;
    if (bytes.readUInt8(offset) >> 6 !== 2 || offset + length > bytes.length) break;
    const message = parseOne(bytes.subarray(offset, offset + length));
    if (message) messages.push(message);
    offset += length;
  }
  return messages;
}

function parseOne(bytes: Buffer): RtcpMessage | undefined {
  const format = bytes.readUInt8(0) & 0x1f;
  const type = bytes.readUInt8(1);
  if (type === 200 && bytes.length >= 28) {
    const ntpMs = bytes.readUInt32BE(8) * 1000 + (bytes.readUInt32BE(12) / 2 ** 32) * 1000;
    return {
      kind: "sender-report",
      ssrc: bytes.readUInt32BE(4),
      ntpMs,
      rtpTimestamp: bytes.readUInt32BE(16),
    };
  }
  if (bytes.length < 12 || format !== 1) return undefined;
  const ssrc = bytes.readUInt32BE(8);
  if (type === 206) return { kind: "pli", ssrc };
  return type === 205 ? { kind: "nack", ssrc, sequences: readNack(bytes) } : undefined;
}

function readNack(bytes: Buffer): number[] {
  const sequences: number[] = [];
  for (let at = 12; at + 4 <= bytes.length; at += 4) {
    const first = bytes.readUInt16BE(at);
    const mask = bytes.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit += 1) if (mask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff);
  }
  return sequences;
}

/** Seconds from the NTP epoch (1900) to Unix's. */
const ntpOffset = 2_208_988_800;

/** A sender report without reception blocks (RFC 3550 §6.4.1). @param report `wallMs`: epoch ms of `timestamp` */
export function writeSenderReport(report: {
  ssrc: number;
  wallMs: number;
  timestamp: number;
  packets: number;
  octets: number;
}): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8(200, 1);
  bytes.writeUInt16BE(6, 2);
  bytes.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.wallMs / 1000);
  bytes.writeUInt32BE((seconds + ntpOffset) % 2 ** 32, 8);
  bytes.writeUInt32BE(Math.floor(((report.wallMs - seconds * 1000) / 1000) * 2 ** 32), 12);
  bytes.writeUInt32BE(report.timestamp, 16);
  bytes.writeUInt32BE(report.packets % 2 ** 32, 20);
  bytes.writeUInt32BE(report.octets % 2 ** 32, 24);
  return bytes;
}
