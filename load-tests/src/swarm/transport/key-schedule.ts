import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

// Key objects all over: raw bytes cost a cipher or an HMAC three to five times as long.

/** The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246 §5). */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const key = createSecretKey(secret);
  const hmac = (data: Buffer) => createHmac("sha256", key).update(data).digest();
  const blocks: Buffer[] = [];
  let step: Buffer = labelled;
  while (blocks.length * 32 < length) {
    step = hmac(step);
    blocks.push(hmac(Buffer.concat([step, labelled])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** What both sides said in the clear, 32 bytes each. */
export type Randoms = { client: Buffer; server: Buffer };

/** From the shared secret and the hash of the handshake up to the client's key exchange (RFC 7627 §4). */
export const extendedMasterSecret = (preMaster: Buffer, sessionHash: Buffer): Buffer =>
  prf(preMaster, "extended master secret", sessionHash, 48);

/** `verify_data` of a Finished message (RFC 5246 §7.4.9). */
export const verifyData = (master: Buffer, side: "client" | "server", handshakeHash: Buffer): Buffer =>
  prf(master, `${side} finished`, handshakeHash, 12);

export type RecordKey = { key: KeyObject; iv: Buffer };

/** Keys of AES-128-GCM records: 16 bytes of key and 4 of nonce for each side (RFC 5246 §6.3, RFC 5288 §3). */
export function recordKeys(
  master: Buffer,
  { client, server }: Randoms,
): Record<"client" | "server", RecordKey> {
  const block = prf(master, "key expansion", Buffer.concat([server, client]), 40);
  return {
    client: { key: createSecretKey(block.subarray(0, 16)), iv: block.subarray(32, 36) },
    server: { key: createSecretKey(block.subarray(16, 32)), iv: block.subarray(36, 40) },
  };
}

export type SrtpMaster = { key: KeyObject; salt: Buffer };

/** SRTP master keys of AEAD_AES_128_GCM: 16 bytes of key and 12 of salt for each side (RFC 5764 §4.2, RFC 7714 §12). */
export function srtpMasters(
  master: Buffer,
  { client, server }: Randoms,
): Record<"client" | "server", SrtpMaster> {
  const block = prf(master, "EXTRACTOR-dtls_srtp", Buffer.concat([client, server]), 56);
  return {
    client: { key: createSecretKey(block.subarray(0, 16)), salt: block.subarray(32, 44) },
    server: { key: createSecretKey(block.subarray(16, 32)), salt: block.subarray(44, 56) },
  };
}
