import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseRtp, writeRtp } from "./packet.ts";
import { deriveKey, deriveSession, protectRtcp, protectRtp, SrtpReceiver, unprotectRtcp } from "./srtp.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ""), "hex");

/** RFC 7714 §16 and §17: session key and salt of all AES-256 examples. */
const session = {
  key: createSecretKey(hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")),
  salt: hex("517569642070726f2071756f"),
};
const plainRtp = hex(`8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
  69736120 696e2070 61727465 73207472 6573`);
const sealedRtp = hex(`8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238
  9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13`);
const plainRtcp = hex(`81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
  deadbeef deadbeef deadbeef deadbeef deadbeef`);
const sealedRtcp = hex(`81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50
  a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4`);

describe("AEAD_AES_256_GCM vectors of RFC 7714", () => {
  it("protects RTP as in §16.2.1", () => {
    expect(protectRtp(session, plainRtp, 0).toString("hex")).toBe(sealedRtp.toString("hex"));
  });
  it("unprotects RTP as in §16.2.2", () => {
    expect(new SrtpReceiver(session).unprotect(sealedRtp)?.toString("hex")).toBe(plainRtp.toString("hex"));
  });
  it("protects RTCP as in §17.1 with the 256-bit key", () => {
    expect(protectRtcp(session, plainRtcp, 0x5d4).toString("hex")).toBe(sealedRtcp.toString("hex"));
  });
  it("unprotects RTCP as in §17.2", () => {
    expect(unprotectRtcp(session, sealedRtcp)?.toString("hex")).toBe(plainRtcp.toString("hex"));
  });
});

describe("key derivation", () => {
  it("gives the session key and salt of RFC 6188 §7.2", () => {
    const master = {
      key: hex("f0f04914 b513f276 3a1b1fa1 30f10e29 98f6f6e4 3e4309d1 e622a0e3 32b9f1b6"),
      salt: hex("3b04803d e51ee7c9 6423ab5b 78d2"),
    };
    expect(deriveKey(master, 0, 32).toString("hex")).toBe(
      "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
    );
    expect(deriveKey(master, 2, 14).toString("hex")).toBe("fa31791685ca444a9e07c6c64e93");
  });
  it("refuses a key of another suite", () => {
    expect(() => deriveSession(randomBytes(30).toString("base64"))).toThrow(TypeError);
  });
});

describe("SrtpReceiver", () => {
  const packet = (sequence: number): Buffer =>
    writeRtp({
      payloadType: 96,
      marker: true,
      sequence,
      timestamp: 1,
      ssrc: 7,
      payload: Buffer.from("hello"),
    });
  const keys = deriveSession(randomBytes(44).toString("base64")).rtp;

  it("follows the roll-over counter across a wrap, with reordering", () => {
    const receiver = new SrtpReceiver(keys);
    const order: [number, number][] = [
      [65533, 0],
      [65535, 0],
      [0, 1],
      [65534, 0],
      [1, 1],
    ];
    for (const [sequence, roc] of order) {
      const plain = receiver.unprotect(protectRtp(keys, packet(sequence), roc));
      expect(plain && parseRtp(plain)?.sequence).toBe(sequence);
    }
  });
  it("refuses a replay, a changed byte and another key", () => {
    const receiver = new SrtpReceiver(keys);
    const sealed = protectRtp(keys, packet(5), 0);
    expect(receiver.unprotect(sealed)).toBeDefined();
    expect(receiver.unprotect(sealed)).toBeUndefined();
    const other = protectRtp(keys, packet(6), 0);
    other.writeUInt8(other.readUInt8(14) ^ 1, 14);
    expect(receiver.unprotect(other)).toBeUndefined();
    const foreign = deriveSession(randomBytes(44).toString("base64")).rtp;
    expect(receiver.unprotect(protectRtp(foreign, packet(7), 0))).toBeUndefined();
  });
  it("survives any bytes", () => {
    const receiver = new SrtpReceiver(keys);
    for (let length = 0; length < 200; length += 1)
      expect(receiver.unprotect(randomBytes(length))).toBeUndefined();
  });
});
