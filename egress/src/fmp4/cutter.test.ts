import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitAnnexB, toLengthPrefixed } from "./annexb.ts";
import { type MediaPart, PartCutter } from "./cutter.ts";

const picture = Buffer.from([0, 0, 0, 1, 0x65, 1, 2, 3]);
const sound = Buffer.from([9, 9]);

/** Payload of the first box of a type, searched for in depth. */
function find(bytes: Buffer, type: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + length);
    if (name === type) found.push(content);
    else if (name === "moof" || name === "traf") found.push(...find(content, type));
    at += length;
  }
  return found;
}
const decodeTime = (part: MediaPart, track: number): number =>
  Number(find(part.bytes, "tfdt")[track]?.readBigUInt64BE(4));
/** Total duration of a track in a part: sums the rows of its trun. */
const duration = (part: MediaPart, track: number): number => {
  const run = find(part.bytes, "trun")[track];
  if (!run) return 0;
  let sum = 0;
  for (let row = 0; row < run.readUInt32BE(4); row += 1) sum += run.readUInt32BE(12 + row * 12);
  return sum;
};

/** Three seconds cut with some ticks skipped and sound `lead` ticks ahead of the picture. */
function cut(skipped: readonly number[], lead: number): MediaPart[] {
  const parts: MediaPart[] = [];
  const emit = (part: MediaPart) => parts.push(part);
  const cutter = new PartCutter({ framesPerSecond: 30, partTicks: 10, segmentTicks: 30, baseMs: 1000, emit });
  let audio = 0;
  for (let tick = 0; tick < 90; tick += 1) {
    for (; audio + 1 <= ((tick + lead) * 48_000) / 30 / 1024; audio += 1)
      cutter.addAudio({ index: audio, data: sound });
    // The compositor never skips the first tick of a part.
    if (!skipped.includes(tick) || tick % 10 === 0)
      cutter.addVideo({ tick, key: tick % 30 === 0, data: picture });
  }
  cutter.finish();
  return parts;
}

describe("PartCutter", () => {
  it("cuts at fixed ticks with continuous tracks, whatever was skipped and however packets are interleaved", () => {
    const skipped = fc.uniqueArray(fc.integer({ min: 0, max: 89 }), { maxLength: 40 });
    fc.assert(
      fc.property(skipped, fc.integer({ min: 0, max: 6 }), (missing, lead) => {
        const parts = cut(missing, lead);
        let [video, sounds] = [90_000, 48_000];
        for (const part of parts) {
          expect(decodeTime(part, 0)).toBe(video);
          video += duration(part, 0);
          const audible = find(part.bytes, "tfdt").length > 1;
          expect(audible ? decodeTime(part, 1) : sounds).toBe(sounds);
          sounds += duration(part, 1);
        }
        expect(parts.every((part) => part.independent === part.startsSegment)).toBe(true);
        expect(parts.slice(0, -1).every((part) => part.ticks === 10)).toBe(true);
      }),
    );
  });
});

/** Two fragments of the same time in both tracks. */
function expectSame(part: MediaPart, rung: MediaPart): void {
  for (const track of [0, 1]) {
    expect(decodeTime(rung, track)).toBe(decodeTime(part, track));
    expect(duration(rung, track)).toBe(duration(part, track));
  }
}

describe("the rungs of a ladder", () => {
  it("are cut at the same ticks with the same sound, and lack whole parts while they are left out", () => {
    const parts: MediaPart[] = [];
    const emit = (part: MediaPart) => parts.push(part);
    const cutter = new PartCutter({
      ...{ framesPerSecond: 30, partTicks: 10, segmentTicks: 30, baseMs: 1000, emit },
      rungs: 2,
    });
    for (let tick = 0, audio = 0; tick < 90; tick += 1) {
      for (; audio + 1 <= (tick * 48_000) / 30 / 1024; audio += 1)
        cutter.addAudio({ index: audio, data: sound });
      const packet = { tick, key: tick % 30 === 0, data: picture };
      // Packets of the rungs come before those of the top, or after.
      cutter.addRung(1, packet);
      cutter.addVideo(packet);
      const left = tick >= 40 && tick < 60;
      left ? cutter.skipRung(0, tick) : cutter.addRung(0, packet);
    }
    cutter.finish();
    expect(parts.map(({ rungs }) => rungs.map((rung) => rung !== null))).toEqual(
      parts.map((_, index) => [index < 4 || index > 5, true]),
    );
    for (const part of parts) for (const bytes of part.rungs) if (bytes) expectSame(part, { ...part, bytes });
  });
});

describe("Annex B", () => {
  it("is split at both lengths of start code and rewritten with lengths, without parameter sets", () => {
    const stream = Buffer.from([0, 0, 0, 1, 0x67, 7, 0, 0, 1, 0x68, 8, 0, 0, 0, 1, 0x65, 5, 0, 3]);
    expect(splitAnnexB(stream).map((unit) => [...unit])).toEqual([
      [0x67, 7],
      [0x68, 8],
      [0x65, 5, 0, 3],
    ]);
    expect([...toLengthPrefixed(stream)]).toEqual([0, 0, 0, 4, 0x65, 5, 0, 3]);
  });
});
