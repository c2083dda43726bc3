import { describe, expect, it } from "vitest";
import { isRtcp, keyFrameRequestsIn, readRtpHeader } from "./rtp.ts";

describe("readRtpHeader", () => {
  it("reads past contributing sources and extension", () => {
    const header = [0xb1, 0x80 | 96, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7];
    const packet = Buffer.from([...header, 1, 2, 3, 4, 0xbe, 0xde, 0, 1, 5, 5, 5, 5, 0xaa, 0xbb, 0, 2]);
    expect(readRtpHeader(packet)).toEqual({
      ssrc: 7,
      payloadType: 96,
      sequence: 0x1234,
      timestamp: 9,
      marker: true,
      bytes: 24,
    });
  });

  it("refuses what is cut short or is something else", () => {
    expect(readRtpHeader(Buffer.alloc(11, 0x80))).toBeUndefined();
    expect(readRtpHeader(Buffer.alloc(20))).toBeUndefined();
    expect(
      readRtpHeader(Buffer.from([0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])),
    ).toBeUndefined();
  });
});

describe("key frame requests", () => {
  it("are counted through a compound packet", () => {
    const report = [0x80, 201, 0, 1, 0, 0, 0, 1];
    const pli = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    const fir = [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0];
    const remb = [0x8f, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    expect(keyFrameRequestsIn(Buffer.from([...report, ...pli, ...fir, ...remb]))).toBe(2);
    expect(isRtcp(Buffer.from(report))).toBe(true);
    expect(isRtcp(Buffer.from([0x80, 0x80 | 111]))).toBe(false);
  });
});
