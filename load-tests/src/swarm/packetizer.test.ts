import { describe, expect, it } from "vitest";
import { accessUnitsOf } from "./clip.ts";
import { FirstDecodable } from "./key-frame.ts";
import { opusPacketsOf } from "./ogg.ts";
import { h264Payloads, RtpWriter } from "./packetizer.ts";
import { readRtpHeader } from "./rtp.ts";

describe("H.264 packets", () => {
  it("carry every byte of every NAL unit, and the receiver's side recognises the key frame", () => {
    const idr = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(5000, 7)]);
    const units = [Buffer.from([0x67, 1]), Buffer.from([0x68, 2]), idr];
    const payloads = h264Payloads(units);
    const fragments = payloads.slice(1);
    expect(payloads[0]).toEqual(Buffer.from([0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2]));
    expect(Buffer.concat(fragments.map((one) => one.subarray(2)))).toEqual(idr.subarray(1));
    expect(((fragments[0]?.[0] ?? 0) & 0x60) | ((fragments[0]?.[1] ?? 0) & 0x1f)).toBe(0x65);
    const writer = new RtpWriter({ ssrc: 5, payloadType: 102, firstSequence: 65_534 });
    const first = new FirstDecodable("h264");
    const seen = payloads.map((payload, i) => {
      const data = writer.write(payload, 90_000, i === payloads.length - 1);
      const packet = readRtpHeader(data);
      if (!packet) throw new Error("the packet cannot be read");
      return first.push({ ...packet, payload: data.subarray(packet.bytes) });
    });
    expect(seen).toEqual([...payloads.slice(1).map(() => false), true]);
  });

  it("are not larger than one may be, whatever the units", () => {
    const unit = (type: number, length: number) =>
      Buffer.concat([Buffer.from([0x60 | type]), Buffer.alloc(length - 1, type)]);
    const sizes = h264Payloads([unit(7, 700), unit(8, 475), unit(6, 10), unit(5, 1180), unit(6, 10)]);
    expect(sizes.map(({ length }) => length)).toEqual([700 + 475 + 5, 10, 1180, 10]);
    expect(h264Payloads([unit(1, 1181)]).map(({ length }) => length)).toEqual([1180, 4]);
    expect(h264Payloads([])).toEqual([]);
  });
});

describe("accessUnitsOf", () => {
  it("parts a stream at its delimiters, whatever the length of the start codes", () => {
    const stream = Buffer.from([0, 0, 0, 1, 9, 16, 0, 0, 1, 0x67, 5, 0, 0, 0, 1, 0x65, 6, 7, 0, 0, 1, 9, 48]);
    const tail = Buffer.from([0, 0, 1, 0x41, 8]);
    expect(accessUnitsOf(Buffer.concat([stream, tail]))).toEqual([
      [Buffer.from([0x67, 5]), Buffer.from([0x65, 6, 7])],
      [Buffer.from([0x41, 8])],
    ]);
  });
});

describe("opusPacketsOf", () => {
  it("joins segments across pages and skips the headers", () => {
    const page = (lacing: number[], body: Buffer) =>
      Buffer.concat([Buffer.from("OggS"), Buffer.alloc(22), Buffer.from([lacing.length, ...lacing]), body]);
    const long = Buffer.alloc(300, 3);
    const stream = Buffer.concat([
      page([4], Buffer.from("Head")),
      page([4], Buffer.from("Tags")),
      page([2, 255], Buffer.concat([Buffer.from([1, 2]), long.subarray(0, 255)])),
      page([45], long.subarray(255)),
    ]);
    expect(opusPacketsOf(stream)).toEqual([Buffer.from([1, 2]), long]);
  });
});
