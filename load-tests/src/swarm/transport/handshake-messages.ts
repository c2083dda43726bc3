export const messageTypes = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** The one suite, curve, signature and profile that are offered: what the media worker prefers anyway. */
const ecdheEcdsaAes128GcmSha256 = 0xc02b;
const secp256r1 = 0x0017;
const ecdsaSecp256r1Sha256 = 0x0403;
const aeadAes128Gcm = 0x0007;
const extensions = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

/** A handshake message; `whole` is what both sides hash: header and body as if never fragmented (RFC 6347 §4.2.6). */
export type HandshakeMessage = { type: number; sequence: number; body: Buffer; whole: Buffer };

export function handshakeMessage(type: number, sequence: number, body: Buffer): HandshakeMessage {
  const header = Buffer.alloc(12);
  header.writeUInt8(type, 0);
  header.writeUIntBE(body.length, 1, 3);
  header.writeUInt16BE(sequence, 4);
  header.writeUIntBE(body.length, 9, 3);
  return { type, sequence, body, whole: Buffer.concat([header, body]) };
}

const u8 = (value: number): Buffer => Buffer.from([value]);
const u16 = (...values: number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
/** Bytes with their length before them, in so many bytes. */
function vector(lengthBytes: 1 | 2 | 3, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}
const extension = (type: number, ...contents: Buffer[]): Buffer =>
  Buffer.concat([u16(type), vector(2, ...contents)]);

/** RFC 6347 §4.2.1, RFC 5764 §4.1.1. */
export function clientHello(random: Buffer): Buffer {
  return Buffer.concat([
    u16(0xfefd),
    random,
    vector(1), // no session to resume
    vector(1), // no cookie
    vector(2, u16(ecdheEcdsaAes128GcmSha256)),
    vector(1, u8(0)), // no compression
    vector(
      2,
      extension(extensions.supportedGroups, vector(2, u16(secp256r1))),
      extension(extensions.pointFormats, vector(1, u8(0))),
      extension(extensions.signatureAlgorithms, vector(2, u16(ecdsaSecp256r1Sha256))),
      extension(extensions.useSrtp, vector(2, u16(aeadAes128Gcm)), vector(1)),
      extension(extensions.extendedMasterSecret),
      extension(extensions.renegotiationInfo, vector(1)),
    ),
  ]);
}

export const certificateChain = (certificate: Buffer): Buffer => vector(3, vector(3, certificate));
export const clientKeyExchange = (publicKey: Buffer): Buffer => vector(1, publicKey);
export const certificateVerify = (signature: Buffer): Buffer =>
  Buffer.concat([u16(ecdsaSecp256r1Sha256), vector(2, signature)]);

/** Reads a body from its start; everything beyond its end is an error. */
class Reader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new Error("a handshake message is cut short");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  number(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  vector(lengthBytes: number): Buffer {
    return this.take(this.number(lengthBytes));
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }
}

/** The server's random. @throws Error when it did not take what was offered. */
export function readServerHello(body: Buffer): Buffer {
  const reader = new Reader(body);
  reader.take(2);
  const random = reader.take(32);
  reader.vector(1);
  if (reader.number(2) !== ecdheEcdsaAes128GcmSha256)
    throw new Error("the server chose a suite that was not offered");
  reader.take(1);
  const given = new Map<number, Buffer>();
  const list = reader.done ? Buffer.alloc(0) : reader.vector(2);
  for (const rest = new Reader(list); !rest.done; ) given.set(rest.number(2), rest.vector(2));
  if (!given.has(extensions.extendedMasterSecret))
    throw new Error("the server has no extended master secret");
  if (given.get(extensions.useSrtp)?.readUInt16BE(2) !== aeadAes128Gcm)
    throw new Error("the server has no SRTP profile in common");
  return random;
}

/** The server's own certificate, DER. */
export const readCertificate = (body: Buffer): Buffer => new Reader(new Reader(body).vector(3)).vector(3);

/** The server's point on the curve, and its signature over `parameters` (RFC 8422 §5.4). */
export function readServerKeyExchange(body: Buffer): {
  parameters: Buffer;
  point: Buffer;
  signature: Buffer;
} {
  const reader = new Reader(body);
  if (reader.number(1) !== 3 || reader.number(2) !== secp256r1)
    throw new Error("the server chose another curve");
  const point = reader.vector(1);
  const parameters = body.subarray(0, reader.at);
  if (reader.number(2) !== ecdsaSecp256r1Sha256) throw new Error("the server signs by another algorithm");
  return { parameters, point, signature: reader.vector(2) };
}
