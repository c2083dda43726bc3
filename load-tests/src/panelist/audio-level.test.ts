import { describe, expect, it } from "vitest";
import { audioLevelExtensionId, withAudioLevel } from "./audio-level.ts";

describe("audio level extension", () => {
  it("keeps header and payload and adds one word", () => {
    const packet = Buffer.from([0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xaa, 0xbb]);
    const out = withAudioLevel(packet, { dBov: -30, voice: true });
    expect(out.subarray(1, 12)).toEqual(packet.subarray(1, 12));
    expect((out[0] ?? 0) & 0x10).toBe(0x10);
    expect(out.subarray(12, 18)).toEqual(
      Buffer.from([0xbe, 0xde, 0, 1, audioLevelExtensionId << 4, 0x80 | 30]),
    );
    expect(out.subarray(20)).toEqual(Buffer.from([0xaa, 0xbb]));
  });
});
