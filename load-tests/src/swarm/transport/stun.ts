import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const attributes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
} as const;
/** Of a host candidate over UDP: type preference 126, local preference 65535, component 1 (RFC 8445 §5.1.2). */
const hostPriority = 0x7effffff;

/** Fragment and password of one side (RFC 8445 §5.3). */
export type IceCredentials = { usernameFragment: string; password: string };

export const transactionId = (): Buffer => randomBytes(12);

/** Whether a datagram is STUN, by its first byte (RFC 7983 §7). */
export const isStun = (packet: Buffer): boolean => (packet[0] ?? 255) < 4;

/** A check that nominates the pair at once, as the controlling side asks an ICE-lite server (RFC 8445 §7.1, §8.1.1). */
export function nominatingCheck(transaction: Buffer, localFragment: string, remote: IceCredentials): Buffer {
  const username = Buffer.from(`${remote.usernameFragment}:${localFragment}`);
  const body = Buffer.concat([
    attribute(attributes.username, username),
    attribute(attributes.priority, uint32(hostPriority)),
    // The tie breaker: an ICE-lite server never wants to control.
    attribute(attributes.iceControlling, transaction.subarray(0, 8)),
    attribute(attributes.useCandidate, Buffer.alloc(0)),
  ]);
  return sealed(message(bindingRequest, transaction, body), remote.password);
}

/** Whether this answers that check with success, signed with the server's password (RFC 8489 §6.3.3). */
export function confirms(packet: Buffer, transaction: Buffer, password: string): boolean {
  if (packet.length < 20 || packet.readUInt16BE(0) !== bindingSuccess) return false;
  if (packet.readUInt32BE(4) !== magicCookie || !packet.subarray(8, 20).equals(transaction)) return false;
  for (let at = 20; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    if (packet.readUInt16BE(at) === attributes.messageIntegrity && length === 20) {
      const given = packet.subarray(at + 4, at + 24);
      return given.length === 20 && timingSafeEqual(given, integrity(packet.subarray(0, at), password));
    }
    at += 4 + length + (-length & 3);
  }
  return false;
}

function message(type: number, transaction: Buffer, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(magicCookie, 4);
  return Buffer.concat([header, transaction, body]);
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0, 0);
  return bytes;
}

/** The message with a length that counts `more` bytes which follow it. */
function announcing(bytes: Buffer, more: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(bytes.length - 20 + more, 2);
  return copy;
}

/** MESSAGE-INTEGRITY of everything before it (RFC 8489 §14.5). */
const integrity = (before: Buffer, password: string): Buffer =>
  createHmac("sha1", password).update(announcing(before, 24)).digest();

/** Add MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489 §14.5, §14.7). */
function sealed(bytes: Buffer, password: string): Buffer {
  const mac = attribute(attributes.messageIntegrity, integrity(bytes, password));
  const whole = announcing(Buffer.concat([bytes, mac]), 8);
  return Buffer.concat([whole, attribute(attributes.fingerprint, uint32(crc32(whole) ^ 0x5354554e))]);
}
