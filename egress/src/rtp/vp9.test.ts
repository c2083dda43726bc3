import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CodedFrame, FrameAssembler } from "./frames.ts";
import type { ArrivedPacket } from "./reorder.ts";
import { superframe, vp9, vp9Size } from "./vp9.ts";

const packet = (payload: number[], over: Partial<ArrivedPacket> = {}): ArrivedPacket => ({
  payloadType: 98,
  marker: false,
  sequence: 0,
  timestamp: 1,
  ssrc: 1,
  payload: Buffer.from(payload),
  arrivedAt: 0,
  ...over,
});

/** B, and L with layer `spatial`, non-flexible: the layer byte, then TL0PICIDX. */
const layer = (spatial: number, data: number[], flags = 0x28): number[] => [flags, spatial << 1, 0, ...data];

function assemble() {
  const frames: CodedFrame[] = [];
  const state = { asked: 0 };
  const assembler = new FrameAssembler(
    vp9,
    (frame) => frames.push(frame),
    () => {
      state.asked += 1;
    },
  );
  return { assembler, frames, state };
}

describe("VP9 in RTP (RFC 9628)", () => {
  it("strips each form of the payload descriptor", () => {
    const data = [0x82, 0xaa];
    const forms = [
      [0x08],
      [0x88, 0x05],
      [0x88, 0x85, 0x01],
      [0x28, 0x00, 0x07],
      [0xb8, 0x85, 0x01, 0x00],
      // One layer, a structure with its size; and with a group of one picture that has two references.
      [0x0a, 0x10, 1, 2, 3, 4],
      [0x0a, 0x08, 1, 0x08, 1, 2],
      [0x2a, 0x00, 0x07, 0x30, 1, 2, 3, 4, 5, 6, 7, 8],
    ];
    for (const form of forms) {
      const parsed = vp9.parse(Buffer.from([...form, ...data]));
      expect(parsed?.parts[0], form.join()).toEqual(Buffer.from(data));
      expect(parsed).toMatchObject({ startsFrame: true, keyframe: true });
    }
    // Flexible and predicted: two reference indices, the first tells of the second.
    const predicted = vp9.parse(Buffer.from([0xf8, 0x05, 0x00, 0x03, 0x02, ...data]));
    expect(predicted).toMatchObject({ parts: [Buffer.from(data)], keyframe: false });
    expect(vp9.parse(Buffer.from([0x00, ...data]))).toMatchObject({ startsFrame: false, keyframe: false });
    for (const cut of [[], [0x08], [0x88, 0x85], [0x2a, 0x00, 0x07, 0x30, 1, 2]])
      expect(vp9.parse(Buffer.from(cut))).toBeUndefined();
  });

  it("never reads behind the end, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const parsed = vp9.parse(Buffer.from(bytes));
        if (parsed) expect(parsed.parts[0]?.length).toBeGreaterThan(0);
      }),
    );
  });

  it("makes one superframe of a picture's layers, and leaves a single layer as it is", () => {
    const { assembler, frames, state } = assemble();
    assembler.push(packet(layer(0, [0x82, 1])), false);
    assembler.push(packet([0x20, 0, 0, 2]), false);
    assembler.push(packet(layer(1, [0x86, 3], 0x28)), false);
    assembler.push(packet(layer(2, [0x86, 4, 5], 0x2c), { marker: true }), false);
    expect([...(frames[0]?.data ?? [])]).toEqual([
      // Not shown; what is no inter frame of ours stays as it is.
      ...[0x80, 1, 2],
      ...[0x86, 3],
      ...[0x86, 4, 5],
      ...[0xc2, 3, 2, 3, 0xc2],
    ]);
    expect(frames[0]?.keyframe).toBe(true);
    assembler.push(packet(layer(2, [0x86, 7], 0x68), { marker: true, timestamp: 2 }), false);
    expect(frames[1]).toMatchObject({ data: Buffer.from([0x86, 7]), keyframe: false });
    expect(state.asked).toBe(0);
  });

  it("does not take a key picture without its base layer for one", () => {
    const { assembler, frames, state } = assemble();
    assembler.push(packet(layer(1, [0x86, 3]), { marker: true }), true);
    expect(frames).toHaveLength(0);
    expect(state.asked).toBeGreaterThan(0);
  });
});

describe("the size of a VP9 key picture", () => {
  const bitsToBytes = (bits: string): Buffer =>
    Buffer.from(
      (bits.padEnd(Math.ceil(bits.length / 8) * 8, "0").match(/.{8}/g) ?? []).map((b) =>
        Number.parseInt(b, 2),
      ),
    );
  const number = (value: number, width: number): string => value.toString(2).padStart(width, "0");
  const size = (width: number, height: number): string => number(width - 1, 16) + number(height - 1, 16);
  const key = (width: number, height: number): Buffer =>
    bitsToBytes(`10000010${number(0x498342, 24)}0010${size(width, height)}`);
  const above = (width: number, height: number): Buffer =>
    bitsToBytes(`1000011000${number(1, 8)}${"0000".repeat(3)}000${size(width, height)}`);

  it("is the key frame's, or that of the last layer above it", () => {
    expect(vp9Size(key(320, 180))).toEqual({ width: 320, height: 180 });
    expect(vp9Size(superframe([key(320, 180), above(640, 360), above(1280, 720)]))).toEqual({
      width: 1280,
      height: 720,
    });
  });

  it("is not known of what is no VP9", () => {
    expect(vp9Size(Buffer.from([0, 1, 2, 3]))).toBeNull();
    expect(vp9Size(key(320, 180).subarray(0, 6))).toBeNull();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => void vp9Size(Buffer.from(bytes))));
  });
});
