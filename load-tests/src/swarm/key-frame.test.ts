import { describe, expect, it } from "vitest";
import { FirstDecodable, keyPartsOf } from "./key-frame.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const all = { idr: true, sps: true, pps: true };
const none = { idr: false, sps: false, pps: false };

describe("keyPartsOf", () => {
  it("finds parameter sets and IDR slices of H.264 in each packetization", () => {
    expect(keyPartsOf("h264", bytes(0x67, 1))).toEqual({ ...none, sps: true });
    expect(keyPartsOf("h264", bytes(0x68, 1))).toEqual({ ...none, pps: true });
    expect(keyPartsOf("h264", bytes(0x65, 1))).toEqual({ ...none, idr: true });
    expect(keyPartsOf("h264", bytes(0x41, 1))).toEqual(none);
    expect(keyPartsOf("h264", bytes(24, 0, 2, 0x67, 9, 0, 1, 0x68, 0, 2, 0x65, 9))).toEqual(all);
    expect(keyPartsOf("h264", bytes(28, 0x85, 1))).toEqual({ ...none, idr: true });
    expect(keyPartsOf("h264", bytes(28, 0x05, 1))).toEqual(none);
  });

  it("finds VP8 key frames behind every form of the descriptor", () => {
    expect(keyPartsOf("vp8", bytes(0x10, 0x00))).toEqual(all);
    expect(keyPartsOf("vp8", bytes(0x10, 0x01))).toEqual(none);
    expect(keyPartsOf("vp8", bytes(0x00, 0x00))).toEqual(none);
    expect(keyPartsOf("vp8", bytes(0x11, 0x00))).toEqual(none);
    expect(keyPartsOf("vp8", bytes(0x90, 0xf0, 0x81, 0x02, 5, 7, 0x00))).toEqual(all);
    expect(keyPartsOf("vp8", bytes(0x90, 0x80, 0x05, 0x01))).toEqual(none);
  });
});

describe("FirstDecodable", () => {
  const packet = (sequence: number, timestamp: number, marker: boolean, ...payload: number[]) => ({
    sequence,
    timestamp,
    marker,
    payload: bytes(...payload),
  });

  it("waits for the whole of a key frame", () => {
    const first = new FirstDecodable("h264");
    expect(first.push(packet(1, 10, true, 0x41))).toBe(false);
    expect(first.push(packet(2, 20, false, 0x67))).toBe(false);
    expect(first.push(packet(3, 20, false, 0x68))).toBe(false);
    expect(first.push(packet(4, 20, false, 28, 0x85))).toBe(false);
    expect(first.push(packet(5, 20, true, 28, 0x45))).toBe(true);
  });

  it("does not take one with a hole, nor one whose beginning was missed", () => {
    const holed = new FirstDecodable("h264");
    for (const one of [packet(2, 20, false, 0x67), packet(3, 20, false, 0x68)]) holed.push(one);
    expect(holed.push(packet(5, 20, true, 28, 0x45))).toBe(false);
    const cut = new FirstDecodable("h264");
    expect(cut.push(packet(4, 20, false, 28, 0x85))).toBe(false);
    expect(cut.push(packet(5, 20, true, 28, 0x45))).toBe(false);
    expect(cut.push(packet(6, 30, true, 24, 0, 1, 0x67, 0, 1, 0x68, 0, 1, 0x65))).toBe(true);
  });
});
