import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { splitAnnexB } from "../fmp4/annexb.ts";
import { type CodedFrame, FrameAssembler, h264 } from "../rtp/index.ts";
import { EncoderClock } from "./encoder-clock.ts";
import { readAudio, readVideo, splitLengthPrefixed } from "./flv.ts";
import { payloadsOf } from "./h264-payloads.ts";
import { readSps } from "./sps.ts";

/** A real stream: ffmpeg's x264 at a size that is cropped, two key pictures. */
const annexB = (profile: string, size: string): Buffer =>
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10`, "-frames:v", "10"],
    ...[
      "-c:v",
      "libx264",
      "-profile:v",
      profile,
      "-bf",
      "0",
      "-g",
      "5",
      "-sc_threshold",
      "0",
      "-pix_fmt",
      "yuv420p",
    ],
    ...["-f", "h264", "-"],
  ]);

const typeOf = (unit: Buffer): number => (unit[0] ?? 0) & 0x1f;

/** Slices by picture. x264 may cut one into several: first_mb_in_slice 0, which begins a picture, begins with a 1 bit. */
function picturesOf(units: Buffer[]): Buffer[][] {
  const pictures: Buffer[][] = [];
  for (const unit of units.filter((one) => typeOf(one) === 1 || typeOf(one) === 5)) {
    if ((unit[1] ?? 0) & 0x80) pictures.push([unit]);
    else pictures.at(-1)?.push(unit);
  }
  return pictures;
}

describe("messages of RTMP", () => {
  it("of video are told apart", () => {
    const sps = Buffer.from("67640028acd940780227e5c05a808080a0000003002000000791e30632c0", "hex");
    const pps = Buffer.from("68ebe3cb22c0", "hex");
    const lengths = [Buffer.from([0, sps.length]), Buffer.from([0, pps.length])] as const;
    const config = Buffer.concat([
      Buffer.from("1700000000", "hex"),
      Buffer.from("01640028ffe1", "hex"),
      lengths[0],
      sps,
      Buffer.from([1]),
      lengths[1],
      pps,
    ]);
    expect(readVideo(config)).toEqual({ kind: "config", sps, pps: [pps], lengthBytes: 4 });
    // Cut anywhere it is no configuration, and nothing throws.
    for (let end = 0; end < config.length; end += 1)
      expect(["nothing"]).toContain(readVideo(config.subarray(0, end)).kind);
    expect(readVideo(Buffer.from("1701ffffffaabb", "hex"))).toMatchObject({ key: true, offsetMs: -1 });
    expect(readVideo(Buffer.from("270100002800", "hex"))).toMatchObject({ key: false, offsetMs: 40 });
    expect(readVideo(Buffer.concat([Buffer.from([0x91]), Buffer.from("hvc1")]))).toEqual({
      kind: "unsupported",
      codec: "hvc1",
    });
    expect(readVideo(Buffer.from("1200", "hex"))).toEqual({ kind: "unsupported", codec: "H.263" });
    expect(readSps(sps)).toEqual({ width: 1920, height: 1080, profile: "high" });
  });

  it("of sound are told apart", () => {
    expect(readAudio(Buffer.from("af001190", "hex"))).toEqual({
      kind: "config",
      config: Buffer.from("1190", "hex"),
    });
    expect(readAudio(Buffer.from("af01aabb", "hex"))).toEqual({
      kind: "sound",
      data: Buffer.from("aabb", "hex"),
    });
    expect(readAudio(Buffer.from("2faa", "hex"))).toEqual({ kind: "unsupported", codec: "MP3" });
    expect(readAudio(Buffer.alloc(0))).toEqual({ kind: "nothing" });
  });

  it("with lengths that point outside are refused", () => {
    expect(splitLengthPrefixed(Buffer.from("0000000165", "hex"), 4)).toEqual([Buffer.from([0x65])]);
    expect(splitLengthPrefixed(Buffer.from("0000000265", "hex"), 4)).toBeUndefined();
    expect(splitLengthPrefixed(Buffer.from("000000", "hex"), 4)).toBeUndefined();
  });
});

describe.each([
  ["baseline", "176x144", 1180],
  ["high", "1278x718", 1180],
  ["high", "640x360", 100],
])("H.264 %s %s in payloads of at most %i bytes", (profile, size, limit) => {
  it("comes out of our depacketiser as it went in, with its parameter sets before each key picture", () => {
    const units = splitAnnexB(annexB(profile, size));
    const pictures = picturesOf(units);
    const sets = {
      sps: units.find((unit) => typeOf(unit) === 7) ?? Buffer.alloc(0),
      pps: units.filter((unit) => typeOf(unit) === 8).slice(0, 1),
    };
    const [width, height] = size.split("x").map(Number);
    expect(readSps(sets.sps)).toMatchObject({ width, height });
    const frames: CodedFrame[] = [];
    const assembler = new FrameAssembler(
      h264,
      (frame) => frames.push(frame),
      () => {},
    );
    let sequence = 65_530;
    for (const [index, picture] of pictures.entries()) {
      const { payloads } = payloadsOf(
        [Buffer.from([9, 0x10]), Buffer.from([6, 5, 1]), ...picture],
        sets,
        limit,
      );
      for (const [at, payload] of payloads.entries()) {
        expect(payload.length).toBeLessThanOrEqual(limit);
        assembler.push(
          {
            payloadType: 96,
            marker: at === payloads.length - 1,
            sequence: sequence & 0xffff,
            timestamp: index * 3000,
            ssrc: 1,
            payload,
            arrivedAt: index,
          },
          false,
        );
        sequence += 1;
      }
    }
    expect(frames).toHaveLength(pictures.length);
    expect(frames.filter(({ keyframe }) => keyframe)).toHaveLength(2);
    for (const [index, frame] of frames.entries()) {
      const expected = frame.keyframe
        ? [sets.sps, ...sets.pps, ...(pictures[index] ?? [])]
        : (pictures[index] ?? []);
      expect(splitAnnexB(frame.data)).toEqual(expected);
    }
  });

  it("waits for parameter sets, and takes those that come in the stream", () => {
    const sps = Buffer.from([0x67, 1, 2, 3]);
    const pps = Buffer.from([0x68, 1]);
    const idr = Buffer.from([0x65, 0x88]);
    expect(payloadsOf([idr], null).payloads).toEqual([]);
    const { payloads, sets } = payloadsOf([sps, pps, idr], null);
    expect(payloads).toHaveLength(2);
    expect(sets).toEqual({ sps, pps: [pps] });
  });
});

describe("an encoder's clock", () => {
  it("keeps the encoder's distances while it is in time, and picture and sound on one line", () => {
    const clock = new EncoderClock(1000);
    const first = clock.place(500, 1000);
    const second = clock.place(533, 1070);
    expect(second.dueAt - first.dueAt).toBe(33);
    expect(second.mediaMs - first.mediaMs).toBe(33);
    expect(clock.dueOf(second.mediaMs)).toBe(second.dueAt);
    expect(first.mediaMs).toBe(0);
  });

  it("holds more after something was late, for both, and its timestamps stay true", () => {
    const clock = new EncoderClock(0);
    const first = clock.place(0, 0);
    const late = clock.place(40, 300);
    expect(late.dueAt).toBeGreaterThanOrEqual(300);
    expect(late.mediaMs - first.mediaMs).toBe(40);
    const next = clock.place(60, 301);
    expect(next.dueAt - late.dueAt).toBe(20);
  });

  it("comes nearer again when nothing was late for a while", () => {
    const clock = new EncoderClock(0);
    clock.place(0, 0);
    clock.place(40, 600);
    let held = 0;
    for (let at = 620; at < 400_000; at += 20) held = clock.place(at, at).dueAt - at;
    expect(held).toBeLessThan(180);
    expect(held).toBeGreaterThan(60);
  });

  it("goes on by wall time when the encoder comes back with other timestamps, and through 32 bits", () => {
    const clock = new EncoderClock(0);
    const before = clock.place(2 ** 32 - 10, 0);
    expect(clock.place(10, 20).mediaMs - before.mediaMs).toBe(20);
    clock.restart();
    const after = clock.place(0, 5000);
    expect(after.mediaMs).toBe(5000);
    expect(after.dueAt).toBeGreaterThan(5000);
    // A jump within a connection is taken as a new beginning as well.
    expect(clock.place(9_000_000, 5040).mediaMs).toBe(5040);
  });
});
