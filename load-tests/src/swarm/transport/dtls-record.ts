import { createCipheriv, createDecipheriv } from "node:crypto";
import type { RecordKey } from "./key-schedule.ts";

export const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;
const version = 0xfefd; // DTLS 1.2
const headerBytes = 13;
const explicitNonceBytes = 8;
const tagBytes = 16;

export type DtlsRecord = { type: number; epoch: number; payload: Buffer };

/** Whether a datagram is DTLS, by its first byte (RFC 7983 §7). */
export const isDtls = (packet: Buffer): boolean => (packet[0] ?? 0) >= 20 && (packet[0] ?? 0) <= 63;

function header(type: number, epoch: number, sequence: number, length: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(version, 1);
  bytes.writeUInt16BE(epoch, 3);
  bytes.writeUIntBE(sequence, 5, 6);
  bytes.writeUInt16BE(length, 11);
  return bytes;
}

/** What AES-GCM authenticates beside the payload: epoch and number, type, version, plain length (RFC 5246 §6.2.3.3). */
const authenticated = (plain: Buffer): Buffer =>
  Buffer.concat([plain.subarray(3, 11), plain.subarray(0, 3), plain.subarray(11, 13)]);

/** The record layer of one connection (RFC 6347 §4.1): plain in epoch 0, AES-128-GCM in epoch 1 (RFC 5288). */
export class RecordLayer {
  #keys: { own: RecordKey; theirs: RecordKey } | undefined;
  readonly #sequences = [0, 0];

  /** Epoch 1 can be written and read from here on. */
  protect(own: RecordKey, theirs: RecordKey): void {
    this.#keys = { own, theirs };
  }

  write(type: number, epoch: 0 | 1, payload: Buffer): Buffer {
    const sequence = this.#sequences[epoch] ?? 0;
    this.#sequences[epoch] = sequence + 1;
    if (epoch === 0) return Buffer.concat([header(type, epoch, sequence, payload.length), payload]);
    if (!this.#keys) throw new Error("there are no keys for protected records yet");
    const { key, iv } = this.#keys.own;
    const plain = header(type, epoch, sequence, payload.length);
    const explicit = plain.subarray(3, 11);
    const cipher = createCipheriv("aes-128-gcm", key, Buffer.concat([iv, explicit]));
    cipher.setAAD(authenticated(plain));
    const sealed = Buffer.concat([explicit, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
    return Buffer.concat([header(type, epoch, sequence, sealed.length), sealed]);
  }

  /** The records of a datagram that can be read; others are dropped, as they may be forged (RFC 6347 §4.1.2.7). */
  read(datagram: Buffer): DtlsRecord[] {
    const records: DtlsRecord[] = [];
    for (let at = 0; at + headerBytes <= datagram.length; ) {
      const end = at + headerBytes + datagram.readUInt16BE(at + 11);
      if (end > datagram.length) break;
      const record = this.#open(datagram.subarray(at, end));
      if (record) records.push(record);
      at = end;
    }
    return records;
  }

  #open(bytes: Buffer): DtlsRecord | undefined {
    const type = bytes.readUInt8(0);
    const epoch = bytes.readUInt16BE(3);
    const payload = bytes.subarray(headerBytes);
    if (epoch === 0) return { type, epoch, payload };
    const length = payload.length - explicitNonceBytes - tagBytes;
    if (epoch !== 1 || !this.#keys || length < 0) return undefined;
    const { key, iv } = this.#keys.theirs;
    const nonce = Buffer.concat([iv, payload.subarray(0, explicitNonceBytes)]);
    const cipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(authenticated(header(type, epoch, bytes.readUIntBE(5, 6), length)));
    cipher.setAuthTag(payload.subarray(payload.length - tagBytes));
    try {
      const plain = cipher.update(payload.subarray(explicitNonceBytes, payload.length - tagBytes));
      return { type, epoch, payload: Buffer.concat([plain, cipher.final()]) };
    } catch {
      return undefined;
    }
  }
}
