import { createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { confirms, nominatingCheck } from "./stun.ts";

/** The IPv4 response of RFC 5769 §2.2. */
const response = Buffer.from(
  `0101003c 2112a442 b7e7a701bc34d686fa87dfae
   8022000b 7465737420766563746f7220 00200008 0001a147e112a643
   00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`.replace(/\s/g, ""),
  "hex",
);
const transaction = Buffer.from("b7e7a701bc34d686fa87dfae", "hex");
const password = "VOkJxbRl1RmTxUk/WvJxBt";

describe("confirms", () => {
  it("takes the response of the RFC", () => {
    expect(confirms(response, transaction, password)).toBe(true);
  });

  it("refuses another password, another transaction, a changed or shortened message", () => {
    expect(confirms(response, transaction, "other")).toBe(false);
    expect(confirms(response, Buffer.alloc(12), password)).toBe(false);
    const changed = Buffer.from(response);
    changed.writeUInt8(0x48, 43);
    expect(confirms(changed, transaction, password)).toBe(false);
    for (let length = 0; length < 64; length++)
      expect(confirms(response.subarray(0, length), transaction, password)).toBe(false);
  });
});

describe("nominatingCheck", () => {
  const check = nominatingCheck(transaction, "mine", { usernameFragment: "theirs", password });

  it("is a binding request that names both sides, server first, and nominates", () => {
    expect(check.readUInt16BE(0)).toBe(1);
    expect(check.readUInt16BE(2)).toBe(check.length - 20);
    expect(check.toString("latin1")).toContain("theirs:mine");
    expect(check.includes(Buffer.from([0x00, 0x25, 0x00, 0x00]))).toBe(true);
  });

  it("is signed and ends with its checksum", () => {
    const signed = Buffer.from(check.subarray(0, check.length - 32));
    signed.writeUInt16BE(signed.length - 20 + 24, 2);
    const mac = createHmac("sha1", password).update(signed).digest();
    expect(check.subarray(check.length - 28, check.length - 8)).toEqual(mac);
    const sum = (crc32(check.subarray(0, check.length - 8)) ^ 0x5354554e) >>> 0;
    expect(check.readUInt32BE(check.length - 4)).toBe(sum);
  });
});
