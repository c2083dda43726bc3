import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hideFrame, vp9FrameSize } from "./vp9-header.ts";

const number = (value: number, width: number): string => value.toString(2).padStart(width, "0");
const size = (width: number, height: number): string => number(width - 1, 16) + number(height - 1, 16);
const padded = (bits: string): string => bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
const bytes = (bits: string): Buffer =>
  Buffer.from((padded(bits).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
const bitsOf = (frame: Buffer): string => [...frame].map((byte) => number(byte, 8)).join("");

/** A flag, and what follows when it is set. */
const optional = (count: number) =>
  fc.oneof(
    fc.constant("0"),
    fc.nat(2 ** count - 1).map((value) => `1${number(value, count)}`),
  );
const listOf = (length: number, count: number) =>
  fc.array(optional(count), { minLength: length, maxLength: length }).map((all) => all.join(""));
const bitsOfLength = (count: number) => fc.nat(2 ** count - 1).map((value) => number(value, count));
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(""));

const loopFilter = fc.oneof(
  joined(bitsOfLength(9), fc.constant("0")),
  joined(bitsOfLength(9), fc.constant("10")),
  joined(bitsOfLength(9), fc.constant("11"), listOf(6, 7)),
);
const segmentMap = fc.oneof(
  fc.constant("0"),
  joined(fc.constant("1"), listOf(7, 8), fc.constant("0")),
  joined(fc.constant("1"), listOf(7, 8), fc.constant("1"), listOf(3, 8)),
);
const segmentData = fc.oneof(
  fc.constant("0"),
  joined(
    fc.constant("1"),
    bitsOfLength(1),
    ...Array.from({ length: 8 }, () =>
      joined(
        optional(9),
        optional(7),
        optional(2),
        optional(0).map((b) => b[0] ?? ""),
      ),
    ),
  ),
);
const segmentation = fc.oneof(fc.constant("0"), joined(fc.constant("1"), segmentMap, segmentData));

/** The uncompressed header of a shown inter frame of profile 0 that says how large it is, 640 wide: two tiles at most. */
const interHeader = fc.boolean().chain((resilient) =>
  joined(
    fc.constant(`1000011${resilient ? 1 : 0}${resilient ? "" : "01"}`),
    bitsOfLength(8 + 12),
    fc.constant(`000${size(640, 360)}`),
    optional(32),
    bitsOfLength(1),
    fc.oneof(
      fc.constant("1"),
      bitsOfLength(2).map((filter) => `0${filter}`),
    ),
    bitsOfLength((resilient ? 0 : 2) + 2),
    loopFilter,
    bitsOfLength(8),
    listOf(3, 5),
    segmentation,
    fc.constantFrom("0", "1"),
    fc.constantFrom("0", "10", "11"),
    fc.integer({ min: 1, max: 65_535 }).map((length) => number(length, 16)),
  ),
);

describe("a frame that is not shown", () => {
  it("differs from the shown one by its flag and the bit that says it is no intra frame", () => {
    fc.assert(
      fc.property(interHeader, fc.uint8Array({ minLength: 1, maxLength: 20 }), (header, data) => {
        const frame = Buffer.concat([bytes(header), data]);
        const hidden = hideFrame(frame);
        const wanted = `100001${0}${header[7]}0${header.slice(8)}`;
        expect(hidden && bitsOf(hidden)).toBe(padded(wanted) + bitsOf(Buffer.from(data)));
      }),
    );
  });

  it("is only flagged when it is a key frame, and left when it is hidden already", () => {
    const key = Buffer.concat([
      bytes(`10000010${number(0x498342, 24)}0010${size(320, 180)}`),
      Buffer.alloc(5, 7),
    ]);
    const hidden = hideFrame(key);
    expect(hidden?.subarray(1)).toEqual(key.subarray(1));
    expect(hidden?.[0]).toBe(0x80);
    expect(hidden && hideFrame(hidden)).toBe(hidden);
    expect(hidden && vp9FrameSize(hidden)).toEqual({ width: 320, height: 180 });
  });

  it("is not made of what cannot be read", () => {
    expect(hideFrame(Buffer.from([0, 1, 2]))).toBeUndefined();
    expect(hideFrame(bytes("10000110"))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (any) => void hideFrame(Buffer.from(any))));
  });
});
