import { describe, expect, it } from "vitest";
import { fragment, initSection } from "./boxes.ts";
import { soundOf, soundOfInit } from "./sound.ts";

const sample = (text: string, duration: number) => ({ data: Buffer.from(text), duration, sync: true });
const picture = { decodeTime: 90_000, samples: [sample("PICTURE", 3000), sample("PIC", 3000)] };
const sound = { decodeTime: 48_000, samples: [sample("sound one", 1024), sample("two", 1024)] };
const nothing = { decodeTime: 0, samples: [] };

describe("the sound of a programme by itself", () => {
  it("is what a fragment of the sound alone would have been", () => {
    const both = fragment(7, { video: picture, audio: sound });
    expect(soundOf(both).equals(fragment(7, { video: nothing, audio: sound }))).toBe(true);
  });

  it("is taken out of fragments that follow one another", () => {
    const parts = [7, 8].map((sequence) => fragment(sequence, { video: picture, audio: sound }));
    const alone = [7, 8].map((sequence) => fragment(sequence, { video: nothing, audio: sound }));
    expect(soundOf(Buffer.concat(parts)).equals(Buffer.concat(alone))).toBe(true);
  });

  it("leaves out a fragment without sound, and refuses what is cut off", () => {
    expect(soundOf(fragment(7, { video: picture, audio: nothing }))).toHaveLength(0);
    const both = fragment(7, { video: picture, audio: sound });
    expect(() => soundOf(both.subarray(0, both.length - 3))).toThrow(RangeError);
  });

  it("has an initialisation section with one track", () => {
    const sps = Buffer.from([0x67, 0x64, 0, 0x1f]);
    const audioSpecificConfig = Buffer.from([0x11, 0x90]);
    const init = initSection({ width: 640, height: 360, sps, pps: Buffer.from([0x68]), audioSpecificConfig });
    const alone = soundOfInit(init);
    const count = (bytes: Buffer, type: string) => bytes.toString("latin1").split(type).length - 1;
    expect([count(init, "trak"), count(init, "trex")]).toEqual([2, 2]);
    expect([count(alone, "trak"), count(alone, "trex"), count(alone, "mp4a"), count(alone, "avc1")]).toEqual([
      1, 1, 1, 0,
    ]);
    expect(alone.readUInt32BE(0) + alone.readUInt32BE(alone.readUInt32BE(0))).toBe(alone.length);
  });
});
