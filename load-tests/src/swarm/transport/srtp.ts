import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import type { RtpHeader } from "../rtp.ts";
import type { SrtpMaster } from "./key-schedule.ts";

/** At the end of every SRTP packet. */
export const srtpTagBytes = 16;
const options = { authTagLength: srtpTagBytes };
/** Labels of the key derivation (RFC 3711 §4.3.2). */
const labels = { rtpKey: 0, rtpSalt: 2, rtcpKey: 3, rtcpSalt: 5 } as const;

type Session = { key: KeyObject; salt: Buffer };

/** AES counter mode (RFC 3711 §4.3.3); 12 bytes of salt are taken as 14 with two zeros behind (RFC 7714 §11). */
function derive({ key, salt }: SrtpMaster, label: number, bytes: number): Buffer {
  const iv = Buffer.alloc(16);
  salt.copy(iv);
  iv.writeUInt8(iv.readUInt8(7) ^ label, 7);
  return createCipheriv("aes-128-ctr", key, iv).update(Buffer.alloc(bytes));
}

function session(master: SrtpMaster, keyLabel: number, saltLabel: number): Session {
  return { key: createSecretKey(derive(master, keyLabel, 16)), salt: derive(master, saltLabel, 12) };
}

/** SSRC and 48 bits of counter behind two zero bytes, XORed with the salt (RFC 7714 §8.1, §9.1). */
function nonce({ salt }: Session, ssrc: number, high: number, low: number): Buffer {
  const iv = Buffer.allocUnsafe(12);
  iv.writeUInt16BE(salt.readUInt16BE(0), 0);
  iv.writeUInt32BE((salt.readUInt32BE(2) ^ ssrc) >>> 0, 2);
  iv.writeUInt32BE((salt.readUInt32BE(6) ^ high) >>> 0, 6);
  iv.writeUInt16BE(salt.readUInt16BE(10) ^ low, 10);
  return iv;
}

/** Decrypts what the server sends, AEAD_AES_128_GCM (RFC 7714): RTP and RTCP. */
export class SrtpReader {
  readonly #rtp: Session;
  readonly #rtcp: Session;

  constructor(master: SrtpMaster) {
    this.#rtp = session(master, labels.rtpKey, labels.rtpSalt);
    this.#rtcp = session(master, labels.rtcpKey, labels.rtcpSalt);
  }

  /** The payload of a packet with this index; undefined when it is forged or damaged. */
  openRtp(packet: Buffer, { ssrc, sequence, bytes }: RtpHeader, index: number): Buffer | undefined {
    const iv = nonce(this.#rtp, ssrc, Math.floor(index / 0x10000), sequence);
    return open(this.#rtp.key, iv, packet.subarray(0, bytes), packet.subarray(bytes));
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    if (packet.length < 8 + srtpTagBytes + 4) return undefined;
    const [header, trailer] = [packet.subarray(0, 8), packet.subarray(packet.length - 4)];
    const index = trailer.readUInt32BE(0) & 0x7fffffff;
    const iv = nonce(this.#rtcp, packet.readUInt32BE(4), index >>> 16, index & 0xffff);
    const sealed = packet.subarray(8, packet.length - 4);
    const plain = open(this.#rtcp.key, iv, Buffer.concat([header, trailer]), sealed);
    return plain && Buffer.concat([header, plain]);
  }
}

/** Encrypts our RTCP; the swarm sends no media. */
export class SrtcpWriter {
  readonly #session: Session;
  #index = 0;

  constructor(master: SrtpMaster) {
    this.#session = session(master, labels.rtcpKey, labels.rtcpSalt);
  }

  seal(packet: Buffer): Buffer {
    const index = ++this.#index;
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE((0x80000000 | index) >>> 0, 0);
    const header = packet.subarray(0, 8);
    const iv = nonce(this.#session, packet.readUInt32BE(4), index >>> 16, index & 0xffff);
    const cipher = createCipheriv("aes-128-gcm", this.#session.key, iv, options);
    cipher.setAAD(Buffer.concat([header, trailer]));
    return Buffer.concat([
      header,
      cipher.update(packet.subarray(8)),
      cipher.final(),
      cipher.getAuthTag(),
      trailer,
    ]);
  }
}

function open(key: KeyObject, iv: Buffer, clear: Buffer, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - srtpTagBytes;
  if (end < 0) return undefined;
  const cipher = createDecipheriv("aes-128-gcm", key, iv, options);
  cipher.setAAD(clear);
  cipher.setAuthTag(sealed.subarray(end));
  const plain = cipher.update(sealed.subarray(0, end));
  try {
    // GCM keeps nothing back: all of it is in `plain`, and this only checks the tag.
    cipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
