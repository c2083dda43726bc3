import { describe, expect, it } from "vitest";
import { Reception } from "./reception.ts";

const ssrc = 0xcafe;
/** A sender report with the middle of its NTP time (RFC 3550 §6.4.1). */
function senderReport(middle: number, of = ssrc): Buffer {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(of, 4);
  report.writeUInt32BE(middle, 10);
  return report;
}

describe("Reception", () => {
  it("counts wraps, and a packet from before the wrap as what it is", () => {
    const reception = new Reception(1);
    const indices = [65_534, 65_535, 1, 0, 65_533].map((sequence) => reception.note(ssrc, sequence));
    expect(indices).toEqual([65_534, 65_535, 65_537, 65_536, 65_533]);
  });

  it("reports what is lost in all and since the last report", () => {
    const reception = new Reception(7);
    for (const sequence of [10, 11, 12, 14]) reception.note(ssrc, sequence);
    const report = reception.answer(senderReport(0x01020304));
    expect([report.readUInt8(1), report.readUInt16BE(2), report.readUInt32BE(4)]).toEqual([201, 7, 7]);
    expect(report.readUInt32BE(8)).toBe(ssrc);
    expect(report.readUInt8(12)).toBe(Math.floor(256 / 5));
    expect(report.readUIntBE(13, 3)).toBe(1);
    expect(report.readUInt32BE(16)).toBe(14);
    expect(report.readUInt32BE(24)).toBe(0x01020304);
    reception.note(ssrc, 15);
    const next = reception.answer(senderReport(2));
    expect([next.readUInt8(12), next.readUIntBE(13, 3)]).toEqual([0, 1]);
  });

  it("answers each report of a compound packet, and none of a stream it knows nothing of", () => {
    const reception = new Reception(7);
    reception.note(ssrc, 1);
    reception.note(2, 1);
    const answer = reception.answer(
      Buffer.concat([senderReport(1), senderReport(1, 99), senderReport(1, 2)]),
    );
    expect([answer.length, answer.readUInt8(0) & 0x1f]).toEqual([56, 2]);
    expect(reception.answer(senderReport(1, 99))).toHaveLength(0);
  });
});
