import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freePerMinute, leadingZeroBits, workBits, workLimits, workText } from "./proof-of-work.ts";

describe("zero bits", () => {
  it("are counted as somebody reading them would", () => {
    expect(leadingZeroBits(Uint8Array.of(0x80))).toBe(0);
    expect(leadingZeroBits(Uint8Array.of(0, 0x1f))).toBe(11);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (hash) => {
        const text = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
        expect(leadingZeroBits(hash)).toBe(text.length - text.replace(/^0+/, "").length);
      }),
    );
  });
});

describe("work", () => {
  const count = fc.integer({ min: 0, max: 100_000 });
  it("is asked of nobody in a quiet place who behaves as people do", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: freePerMinute.address }),
        fc.integer({ min: 0, max: freePerMinute.network }),
        (address, network) => {
          expect(workBits({ address, network, suspicious: false })).toBe(0);
          expect(workBits({ address, network, suspicious: true })).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("never gets easier in a larger crowd or by being suspicious, and stays bearable", () => {
    fc.assert(
      fc.property(count, count, count, fc.boolean(), (address, network, more, suspicious) => {
        const bits = workBits({ address, network, suspicious });
        expect(workBits({ address: address + more, network, suspicious: true })).toBeGreaterThanOrEqual(bits);
        expect(workBits({ address, network: network + more, suspicious })).toBeGreaterThanOrEqual(
          Math.min(bits, workBits({ address, network, suspicious: false })),
        );
        expect(bits === 0 || (bits >= workLimits.least && bits <= workLimits.most)).toBe(true);
      }),
    );
  });

  it("fits one block of the hash", () => {
    expect(workText("x".repeat(43), 99_999_999_999).length).toBeLessThanOrEqual(55);
  });
});
