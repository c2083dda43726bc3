import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrivalClock } from "./arrival-clock.ts";
import { type CodedFrame, FrameAssembler } from "./frames.ts";
import { h264 } from "./h264.ts";
import { unwrapRtx } from "./packet.ts";
import { type ArrivedPacket, ReorderBuffer } from "./reorder.ts";
import { parseRtcp, writeNack, writePli } from "./rtcp.ts";
import { vp8 } from "./vp8.ts";

const packet = (payload: number[] | Buffer, over: Partial<ArrivedPacket> = {}): ArrivedPacket => ({
  payloadType: 96,
  marker: false,
  sequence: 0,
  timestamp: 0,
  ssrc: 1,
  payload: Buffer.from(payload),
  arrivedAt: 0,
  ...over,
});

function assemble(format: typeof vp8) {
  const frames: CodedFrame[] = [];
  const state = { keyframesAsked: 0 };
  const assembler = new FrameAssembler(
    format,
    (frame) => frames.push(frame),
    () => {
      state.keyframesAsked += 1;
    },
  );
  return { assembler, frames, state };
}

describe("VP8 (RFC 7741)", () => {
  it("strips each form of the payload descriptor", () => {
    const data = [0x00, 0xaa, 0xbb];
    const forms = [
      [0x10],
      [0x90, 0x80, 0x05],
      [0x90, 0x80, 0x85, 0x01],
      [0x90, 0xc0, 0x05, 0x07],
      [0x90, 0xe0, 0x85, 0x01, 0x07, 0x40],
      [0x90, 0x20, 0x40],
    ];
    for (const form of forms) {
      const parsed = vp8.parse(Buffer.from([...form, ...data]));
      expect(parsed?.parts[0]).toEqual(Buffer.from(data));
      expect(parsed).toMatchObject({ startsFrame: true, keyframe: true });
    }
    expect(vp8.parse(Buffer.from([0x10, 0x01, 0]))?.keyframe).toBe(false);
    expect(vp8.parse(Buffer.from([0x00, 0x00, 0]))?.startsFrame).toBe(false);
  });
  it("joins the packets of a picture, and after a loss waits for a key frame and asks for it", () => {
    const { assembler, frames, state } = assemble(vp8);
    assembler.push(packet([0x10, 0x00, 1], { timestamp: 1 }), false);
    assembler.push(packet([0x00, 2, 3], { timestamp: 1, marker: true }), false);
    expect(frames.map((frame) => [...frame.data])).toEqual([[0, 1, 2, 3]]);
    assembler.push(packet([0x10, 0x01, 4], { timestamp: 2, marker: true }), true);
    assembler.push(packet([0x10, 0x01, 4], { timestamp: 3, marker: true }), false);
    expect(frames).toHaveLength(1);
    expect(state.keyframesAsked).toBeGreaterThan(0);
    assembler.push(packet([0x10, 0x00, 5], { timestamp: 4, marker: true }), false);
    expect(frames).toHaveLength(2);
  });
  it("takes a gap right before a key frame for a layer switch and asks for nothing", () => {
    const { assembler, frames, state } = assemble(vp8);
    assembler.push(packet([0x10, 0x00, 1], { timestamp: 1, marker: true }), false);
    assembler.push(packet([0x10, 0x00, 2], { timestamp: 2, marker: true }), true);
    expect(frames).toHaveLength(2);
    expect(state.keyframesAsked).toBe(0);
  });
});

describe("H.264 (RFC 6184)", () => {
  it("reads single units, aggregates and fragments into Annex B", () => {
    const { assembler, frames } = assemble(h264);
    const sps = [0x67, 1, 2];
    const pps = [0x68, 3];
    assembler.push(packet([0x78, 0, sps.length, ...sps, 0, pps.length, ...pps], { timestamp: 1 }), false);
    assembler.push(packet([0x7c, 0x85, 9, 8], { timestamp: 1 }), false);
    assembler.push(packet([0x7c, 0x45, 7], { timestamp: 1, marker: true }), false);
    assembler.push(packet([0x41, 5, 5], { timestamp: 2, marker: true }), false);
    const [key, other] = frames;
    expect(key?.keyframe).toBe(true);
    expect([...(key?.data ?? [])]).toEqual([
      0,
      0,
      0,
      1,
      ...sps,
      0,
      0,
      0,
      1,
      ...pps,
      0,
      0,
      0,
      1,
      0x65,
      9,
      8,
      7,
    ]);
    expect(other?.keyframe).toBe(false);
    expect([...(other?.data ?? [])]).toEqual([0, 0, 0, 1, 0x41, 5, 5]);
  });
  it("does not give out a picture whose fragment was lost", () => {
    const { assembler, frames, state } = assemble(h264);
    assembler.push(packet([0x67, 1], { timestamp: 1 }), false);
    assembler.push(packet([0x7c, 0x85, 9], { timestamp: 1 }), false);
    assembler.push(packet([0x7c, 0x45, 7], { timestamp: 1, marker: true }), true);
    expect(frames).toHaveLength(0);
    expect(state.keyframesAsked).toBe(1);
  });
});

it("survives any payload in both formats", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), (payloads) => {
      for (const format of [vp8, h264]) {
        const { assembler } = assemble(format);
        for (const [index, payload] of payloads.entries())
          assembler.push(
            packet(Buffer.from(payload), { timestamp: index >> 1, marker: index % 2 === 1 }),
            index % 7 === 0,
          );
      }
    }),
  );
});

it("unwraps retransmissions (RFC 4588) and drops empty ones", () => {
  const original = { ssrc: 5, payloadType: 101 };
  expect(unwrapRtx(packet([0x12, 0x34, 9]), original)).toMatchObject({
    ssrc: 5,
    payloadType: 101,
    sequence: 0x1234,
  });
  expect(unwrapRtx(packet([0, 1]), original)).toBeUndefined();
});

describe("RTCP feedback", () => {
  it("names every missing packet, across a wrap", () => {
    const sequences = [65530, 65535, 0, 5, 100];
    const [message] = parseRtcp(writeNack({ sender: 1, media: 2 }, sequences));
    expect(message).toEqual({ kind: "nack", ssrc: 2, sequences });
    expect(parseRtcp(writePli({ sender: 1, media: 2 }))).toEqual([{ kind: "pli", ssrc: 2 }]);
  });
});

describe("ReorderBuffer", () => {
  it("delivers any shuffled stream in order, and asks for what is missing until it gives up", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65535 }),
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 20, maxLength: 120 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 118 }), { maxLength: 10 }),
        (first, jitter, lost) => {
          const delivered: { sequence: number; gap: boolean }[] = [];
          const asked = new Set<number>();
          const buffer = new ReorderBuffer({
            holdMs: 100,
            deliver: ({ sequence }, gap) => delivered.push({ sequence, gap }),
            nack: (sequences) => {
              for (const sequence of sequences) asked.add(sequence);
            },
          });
          const order = jitter
            .map((delay, index) => ({ index, at: index === 0 ? -1 : index + delay }))
            .filter(({ index }) => !lost.includes(index))
            .sort((a, b) => a.at - b.at);
          for (const { index, at } of order)
            buffer.push(packet([1], { sequence: (first + index) & 0xffff, arrivedAt: at }));
          buffer.tick(10_000);
          const expected = order.map(({ index }) => index).sort((a, b) => a - b);
          expect(delivered.map(({ sequence }) => sequence)).toEqual(
            expected.map((index) => (first + index) & 0xffff),
          );
          const highest = expected.at(-1) ?? 0;
          for (const index of lost.filter((candidate) => candidate < highest && candidate < jitter.length))
            expect(asked.has((first + index) & 0xffff)).toBe(true);
          for (const [position, { gap }] of delivered.entries())
            expect(gap).toBe(position > 0 && expected[position] !== (expected[position - 1] ?? 0) + 1);
        },
      ),
    );
  });
});

it("maps timestamps by the fastest packets, across a wrap", () => {
  const clock = new ArrivalClock(90_000);
  const base = 2 ** 32 - 90_000;
  let worst = 0;
  for (let index = 0; index < 300; index += 1) {
    const sentAt = index * (1000 / 30);
    const jitter = index % 10 === 0 ? 0 : (index * 37) % 60;
    const { at } = clock.map((base + index * 3000) >>> 0, 1000 + sentAt + 20 + jitter);
    if (index > 0) worst = Math.max(worst, Math.abs(at - (1000 + sentAt + 20)));
  }
  expect(worst).toBeLessThan(0.01);
});
