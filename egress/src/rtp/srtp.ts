import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { rtpHeaderLength } from "./packet.ts";

/** AEAD_AES_256_GCM (RFC 7714): 32 bytes of master key followed by 12 of master salt. */
export const srtpKeyBytes = 44;
const tagBytes = 16;
const replayWindow = 1024;

/** Labels of the key derivation (RFC 3711 §4.3.2). */
const labels = { rtpKey: 0, rtpSalt: 2, rtcpKey: 3, rtcpSalt: 5 } as const;

/** One direction's key and salt of RTP or RTCP. A key object: raw bytes would be imported anew for every packet. */
export type SessionKey = { key: KeyObject; salt: Buffer };

/**
 * AES-256 counter-mode key derivation (RFC 3711 §4.3.3 with the 256-bit key of RFC 6188), derivation rate 0.
 *
 * @param salt 12 bytes for AES-GCM, taken as 14 with two zeros behind (RFC 7714 §11)
 */
export function deriveKey(master: { key: Buffer; salt: Buffer }, label: number, bytes: number): Buffer {
  const iv = Buffer.alloc(16);
  master.salt.copy(iv);
  iv.writeUInt8(iv.readUInt8(7) ^ label, 7);
  return createCipheriv("aes-256-ctr", master.key, iv).update(Buffer.alloc(bytes));
}

/** Both session keys of one direction. @throws TypeError when the master key has not 44 bytes */
export function deriveSession(keyBase64: string): { rtp: SessionKey; rtcp: SessionKey } {
  const bytes = Buffer.from(keyBase64, "base64");
  if (bytes.length !== srtpKeyBytes) throw new TypeError(`an SRTP master key has ${srtpKeyBytes} bytes`);
  const master = { key: bytes.subarray(0, 32), salt: bytes.subarray(32) };
  const keyOf = (label: number): KeyObject => createSecretKey(deriveKey(master, label, 32));
  return {
    rtp: { key: keyOf(labels.rtpKey), salt: deriveKey(master, labels.rtpSalt, 12) },
    rtcp: { key: keyOf(labels.rtcpKey), salt: deriveKey(master, labels.rtcpSalt, 12) },
  };
}

/** RFC 7714 §8.1 and §9.1: 2 zero bytes, SSRC, 6 bytes of counter, all XORed with the salt. */
function nonce(salt: Buffer, ssrc: number, high: number, low: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(ssrc, 2);
  iv.writeUInt32BE(high >>> 0, 6);
  iv.writeUInt16BE(low, 10);
  for (let index = 0; index < 12; index += 1)
    iv.writeUInt8(iv.readUInt8(index) ^ salt.readUInt8(index), index);
  return iv;
}

function seal(session: SessionKey, iv: Buffer, aad: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", session.key, iv, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(session: SessionKey, iv: Buffer, aad: Buffer, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - tagBytes;
  const cipher = createDecipheriv("aes-256-gcm", session.key, iv, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  cipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]);
  } catch {
    // A wrong tag is not an error of ours: the packet is forged, damaged or from another key. The caller counts it.
    return undefined;
  }
}

/** Encrypts an RTP packet. @param roc how often the sequence number has wrapped (RFC 3711 §3.3.1) */
export function protectRtp(session: SessionKey, packet: Buffer, roc: number): Buffer {
  const start = rtpHeaderLength(packet);
  if (start === undefined) throw new TypeError("not an RTP packet");
  const header = packet.subarray(0, start);
  const iv = nonce(session.salt, packet.readUInt32BE(8), roc, packet.readUInt16BE(2));
  return Buffer.concat([header, seal(session, iv, header, packet.subarray(start))]);
}

/** Encrypts an RTCP packet. @param index 31 bits, one higher for each packet of this direction (RFC 3711 §3.4) */
export function protectRtcp(session: SessionKey, packet: Buffer, index: number): Buffer {
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE((0x80000000 | index) >>> 0, 0);
  const header = packet.subarray(0, 8);
  const iv = rtcpNonce(session, packet.readUInt32BE(4), index);
  return Buffer.concat([
    header,
    seal(session, iv, Buffer.concat([header, trailer]), packet.subarray(8)),
    trailer,
  ]);
}

function rtcpNonce(session: SessionKey, ssrc: number, index: number): Buffer {
  return nonce(session.salt, ssrc, (index & 0x7fffffff) >>> 16, index & 0xffff);
}

/** Decrypts an RTCP packet; undefined when it is not authentic. Replay is harmless for what we read from RTCP. */
export function unprotectRtcp(session: SessionKey, packet: Buffer): Buffer | undefined {
  if (packet.length < 8 + tagBytes + 4) return undefined;
  const trailer = packet.subarray(packet.length - 4);
  const word = trailer.readUInt32BE(0);
  // Packets that are only authenticated (E = 0) are legal but never sent by our origin: refused.
  if (word >>> 31 !== 1) return undefined;
  const header = packet.subarray(0, 8);
  const iv = rtcpNonce(session, packet.readUInt32BE(4), word & 0x7fffffff);
  const plain = open(session, iv, Buffer.concat([header, trailer]), packet.subarray(8, packet.length - 4));
  return plain ? Buffer.concat([header, plain]) : undefined;
}

/** Where one SSRC stands: its highest 48-bit index and which of the last indices were seen. */
type Stream = { highest: number; seen: Float64Array };

/** Decrypts RTP of one direction; knows the roll-over counter and refuses replays of each SSRC. */
export class SrtpReceiver {
  readonly #session: SessionKey;
  readonly #streams = new Map<number, Stream>();

  constructor(session: SessionKey) {
    this.#session = session;
  }

  /** The plain packet; undefined when it is forged, damaged, replayed or too old. */
  unprotect(packet: Buffer): Buffer | undefined {
    const start = rtpHeaderLength(packet);
    if (start === undefined || packet.length < start + tagBytes) return undefined;
    const ssrc = packet.readUInt32BE(8);
    const stream = this.#streams.get(ssrc);
    const sequence = packet.readUInt16BE(2);
    for (const roc of candidates(stream, sequence)) {
      const index = roc * 65536 + sequence;
      if (stream && isReplay(stream, index)) return undefined;
      const header = packet.subarray(0, start);
      const iv = nonce(this.#session.salt, ssrc, roc, sequence);
      const plain = open(this.#session, iv, header, packet.subarray(start));
      if (!plain) continue;
      this.#accept(ssrc, index);
      return Buffer.concat([header, plain]);
    }
    return undefined;
  }

  /** Forgets an SSRC whose source has ended. */
  forget(ssrc: number): void {
    this.#streams.delete(ssrc);
  }

  #accept(ssrc: number, index: number): void {
    let stream = this.#streams.get(ssrc);
    if (!stream) {
      stream = { highest: index, seen: new Float64Array(replayWindow).fill(-1) };
      this.#streams.set(ssrc, stream);
    }
    stream.highest = Math.max(stream.highest, index);
    stream.seen[index % replayWindow] = index;
  }
}

/** Roll-over counters to try, the likeliest first (RFC 3711 §3.3.1). A new SSRC may have wrapped before we heard it. */
function candidates(stream: Stream | undefined, sequence: number): number[] {
  if (!stream) return [0, 1];
  const roc = Math.floor(stream.highest / 65536);
  const difference = sequence - (stream.highest % 65536);
  if (difference > 32768) return roc > 0 ? [roc - 1] : [];
  return difference < -32768 ? [roc + 1] : [roc];
}

function isReplay(stream: Stream, index: number): boolean {
  return index <= stream.highest - replayWindow || stream.seen[index % replayWindow] === index;
}
