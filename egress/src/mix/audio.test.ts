import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StereoSamples } from "../av/index.ts";
import { AudioTrack } from "./audio-track.ts";
import { Limiter } from "./limiter.ts";
import { Leveller, LoudnessMeter, targetLufs } from "./loudness.ts";

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

/** A voice-like sound: a tone of 150 Hz with overtones. */
const voice = (index: number): number =>
  [1, 2, 3, 5].reduce((sum, n) => sum + (0.2 / n) * Math.sin((2 * Math.PI * 150 * n * index) / 48_000), 0);

describe("concealment", () => {
  const packetOf = (number: number) => block(960, (index) => voice(number * 960 + index));
  /** Plays packets 0..9 with some missing. @returns what is heard from packet 2 on */
  const play = (missing: number[]): Float32Array => {
    const track = new AudioTrack();
    for (let number = 0; number < 10; number += 1)
      if (!missing.includes(number)) track.write(number * 960, 2000 + number * 960, packetOf(number));
    return read(track, 2000 + 1920, 7 * 960);
  };
  const energy = (sound: Float32Array): number => sound.reduce((sum, value) => sum + value * value, 0);

  it("goes on with the sound where a packet is missing, near to what was lost", () => {
    const whole = play([]);
    const patched = play([4]);
    const error = patched.map((value, index) => value - (whole[index] ?? 0));
    expect(energy(error.subarray(1920, 2880))).toBeLessThan(0.12 * energy(whole.subarray(1920, 2880)));
    expect(energy(error.subarray(0, 1900))).toBeLessThan(1e-6);
    expect(energy(error.subarray(3200))).toBeLessThan(1e-6);
  });

  it("dies away in a long hole and leaves no step at either end", () => {
    const patched = play([3, 4, 5, 6, 7]);
    const steps = patched.slice(1).map((value, index) => Math.abs(value - (patched[index] ?? 0)));
    const whole = play([]);
    const usual = Math.max(...whole.slice(1).map((value, index) => Math.abs(value - (whole[index] ?? 0))));
    expect(Math.max(...steps)).toBeLessThan(usual * 2.5);
    expect(energy(patched.subarray(960 + 2880, 960 + 4700))).toBe(0);
  });

  it("fills in for a packet that is late, and takes what is left of it when it comes", () => {
    const track = new AudioTrack();
    for (const number of [0, 1]) track.write(number * 960, number * 960, packetOf(number));
    read(track, 0, 1024);
    const made = read(track, 1024, 1024);
    expect(energy(made.subarray(900))).toBeGreaterThan(0);
    expect(track.write(1920, 1920, packetOf(2))).toBe(true);
    const rest = read(track, 2048, 700);
    expect(rest[500]).toBeCloseTo(voice(2048 + 500), 5);
  });
});

describe("Leveller", () => {
  const tone =
    (amplitude: number, hertz = 997) =>
    (index: number) =>
      amplitude * Math.sin((2 * Math.PI * hertz * index) / 48_000);
  const feed = (use: (samples: StereoSamples) => void, seconds: number, sound: (index: number) => number) => {
    for (let at = 0; at + 1024 <= seconds * 48_000; at += 1024)
      use(block(1024, (index) => sound(at + index)));
  };

  it("measures as EBU Tech 3341 says: a stereo tone of -23 dBFS is -23 LUFS, however long the silence", () => {
    for (const level of [-23, -33]) {
      const meter = new LoudnessMeter();
      feed((samples) => meter.add(samples), 5, tone(10 ** (level / 20), 1000));
      feed(
        (samples) => meter.add(samples),
        5,
        () => 0,
      );
      expect(meter.gated ?? 0).toBeGreaterThan(level - 0.2);
      expect(meter.gated ?? 0).toBeLessThan(level + 0.2);
    }
  });

  it("brings quiet and loud to -16 LUFS", () => {
    for (const level of [-26, -20, -9, -4]) {
      const leveller = new Leveller();
      feed((samples) => leveller.process(samples), 14, tone(10 ** (level / 20)));
      const meter = new LoudnessMeter();
      feed(
        (samples) => {
          leveller.process(samples);
          meter.add(samples);
        },
        3,
        tone(10 ** (level / 20)),
      );
      expect(Math.abs((meter.gated ?? 0) - targetLufs), `from ${level}`).toBeLessThan(0.5);
    }
  });

  it("does not turn up noise, nor anything while it is quiet, and stays within its limits", () => {
    const noise = new Leveller();
    feed((samples) => noise.process(samples), 10, tone(0.001));
    expect(noise.gainDb).toBe(0);
    const speech = new Leveller();
    feed((samples) => speech.process(samples), 4, tone(10 ** (-26 / 20)));
    const before = speech.gainDb;
    feed(
      (samples) => speech.process(samples),
      20,
      () => 0,
    );
    expect(speech.gainDb - before).toBeLessThan(0.6);
    const faint = new Leveller();
    feed((samples) => faint.process(samples), 30, tone(10 ** (-45 / 20)));
    expect(faint.gainDb).toBeCloseTo(12);
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
