import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StereoSamples } from "../av/index.ts";
import { AudioTrack } from "./audio-track.ts";
import { Limiter } from "./limiter.ts";

const block = (length: number, value: (index: number) => number = () => 0): StereoSamples => {
  const left = Float32Array.from({ length }, (_, index) => value(index));
  return { left, right: left.slice() };
};
const read = (track: AudioTrack, start: number, length: number): Float32Array => {
  const into = block(length);
  track.mixInto(into, start);
  return into.left;
};

describe("AudioTrack", () => {
  it("plays packets where their timestamps put them, whatever is lost between", () => {
    const track = new AudioTrack();
    const tone = block(960, () => 0.5);
    for (const packet of [0, 1, 3]) track.write(5000 + packet * 960, 2000 + packet * 960, tone);
    const heard = read(track, 2000, 4 * 960);
    expect(heard[500]).toBeCloseTo(0.5);
    expect(heard[960 + 400]).toBeCloseTo(0.5);
    expect(Math.max(...heard.subarray(1920, 2880))).toBe(0);
    expect(heard[2880 + 500]).toBeCloseTo(0.5);
  });
  it("keeps one source's packets seamless while its clock wanders by less than 5 ms", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -110, max: 110 }), { minLength: 10, maxLength: 40 }),
        (jitter) => {
          const track = new AudioTrack();
          for (const [packet, offset] of jitter.entries())
            track.write(
              packet * 960,
              1000 + packet * 960 + (packet === 0 ? 0 : offset),
              block(960, () => 0.25),
            );
          const heard = read(track, 1000 + 300, jitter.length * 960 - 300);
          expect(Math.min(...heard)).toBeCloseTo(0.25);
        },
      ),
    );
  });
  it("is placed anew when its clock jumps", () => {
    const track = new AudioTrack();
    track.write(
      0,
      1000,
      block(960, () => 0.5),
    );
    track.write(
      960,
      20_000,
      block(960, () => 0.5),
    );
    expect(read(track, 20_400, 100)[50]).toBeCloseTo(0.5);
  });
  it("drops what comes after its time, and reads silence when nothing came", () => {
    const track = new AudioTrack();
    read(track, 0, 4800);
    track.write(
      0,
      100,
      block(960, () => 0.5),
    );
    expect(Math.max(...read(track, 4800, 4800))).toBe(0);
  });
});

describe("Limiter", () => {
  it("leaves quiet sound as it is", () => {
    const limiter = new Limiter();
    const quiet = block(1024, (index) => 0.5 * Math.sin(index / 10));
    const before = quiet.left.slice();
    limiter.process(quiet);
    expect(quiet.left).toEqual(before);
  });
  it("never lets any mix reach full scale and never breaks its shape for long", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 12, noNaN: true }), (level) => {
        const limiter = new Limiter();
        for (let count = 0; count < 5; count += 1) {
          const mix = block(1024, (index) => level * Math.sin(index / 7));
          limiter.process(mix);
          expect(Math.max(...mix.left.map(Math.abs))).toBeLessThanOrEqual(1);
          if (count > 0) expect(Math.max(...mix.left.map(Math.abs))).toBeLessThanOrEqual(0.8911);
        }
      }),
      { numRuns: 50 },
    );
  });
});
