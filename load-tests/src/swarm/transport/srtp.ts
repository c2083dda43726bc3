import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import type { RtpHeader } from "../rtp.ts";
import type { SrtpMaster } from "./key-schedule.ts";

/** At the end of every SRTP packet. */
export const srtpTagBytes = 16;
const options = { authTagLength: srtpTagBytes };
/** Labels of the key derivation (RFC 3711 §4.3.2): key and salt of RTP, key and salt of RTCP. */
const labels = [0, 2, 3, 5];
const blockBytes = 16;

type Session = { key: KeyObject; salt: Buffer };

/**
 * The session keys of one direction: the first block of AES in counter mode for each label (RFC 3711 §4.3.3), all four in
 * one go. 12 bytes of salt are taken as 14 with two zeros behind (RFC 7714 §11).
 */
function derive({ key, salt }: SrtpMaster): Record<"rtp" | "rtcp", Session> {
  const counters = labels.map((label) => {
    const counter = Buffer.alloc(blockBytes);
    salt.copy(counter);
    counter.writeUInt8(counter.readUInt8(7) ^ label, 7);
    return counter;
  });
  const blocks = createCipheriv("aes-128-ecb", key, null).update(Buffer.concat(counters));
  const session = (at: number): Session => ({
    key: createSecretKey(blocks.subarray(at, at + 16)),
    salt: blocks.subarray(at + blockBytes, at + blockBytes + 12),
  });
  return { rtp: session(0), rtcp: session(2 * blockBytes) };
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
    const { rtp, rtcp } = derive(master);
    this.#rtp = rtp;
    this.#rtcp = rtcp;
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
    this.#session = derive(master).rtcp;
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
