import { describe, expect, it } from "vitest";
import { matroskaCluster, matroskaHeader } from "./matroska.ts";

/** Elements as a reader finds them: ids by their leading bit, eight bytes of length. */
function elements(bytes: Buffer): { id: string; body: Buffer }[] {
  const found: { id: string; body: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const idLength = Math.clz32(bytes.readUInt8(at) << 24) + 1;
    const id = bytes.subarray(at, at + idLength).toString("hex");
    at += idLength;
    const size = bytes.readBigUInt64BE(at) & 0x00ffffffffffffffn;
    at += 8;
    const open = size === 0x00ffffffffffffffn;
    const end = open ? bytes.length : at + Number(size);
    expect(end).toBeLessThanOrEqual(bytes.length);
    found.push({ id, body: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

describe("a track file", () => {
  it("says what it is, and leaves its length open", () => {
    const header = matroskaHeader({ video: { codec: "vp8", width: 640, height: 360 }, audio: true });
    const [ebml, segment] = elements(header);
    expect([ebml?.id, segment?.id]).toEqual(["1a45dfa3", "18538067"]);
    const tracks = elements(segment?.body ?? Buffer.alloc(0)).find(({ id }) => id === "1654ae6b");
    expect(elements(tracks?.body ?? Buffer.alloc(0)).map(({ id }) => id)).toEqual(["ae", "ae"]);
    expect(header.includes("V_VP8") && header.includes("A_OPUS") && header.includes("webm")).toBe(true);
  });

  it("keeps the time of each block, whatever order they came in", () => {
    const cluster = matroskaCluster([
      { track: "video", ms: 5020, key: true, data: Buffer.from("a") },
      { track: "audio", ms: 5000, key: true, data: Buffer.from("b") },
      { track: "video", ms: 6053, key: false, data: Buffer.from("c") },
    ]);
    const [outer] = elements(cluster);
    const [time, ...blocks] = elements(outer?.body ?? Buffer.alloc(0));
    expect(Number(time?.body.readBigUInt64BE())).toBe(5000);
    expect(
      blocks.map(({ body }) => [body.readUInt8(0) & 0x7f, body.readInt16BE(1), body.readUInt8(3)]),
    ).toEqual([
      [1, 20, 0x80],
      [2, 0, 0x80],
      [1, 1053, 0],
    ]);
  });
});
