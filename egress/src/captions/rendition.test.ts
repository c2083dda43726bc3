import { readCaptions } from "@rostrum/rules";
import { describe, expect, it } from "vitest";
import { captionsPlaylist, captionsSegment, captionTimesOf, timesOf, withCaptions } from "./rendition.ts";

const start = Date.UTC(2026, 0, 1);
const plain = [
  "#EXTM3U",
  "#EXT-X-VERSION:9",
  "#EXT-X-TARGETDURATION:2",
  "#EXT-X-INDEPENDENT-SEGMENTS",
  "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.0,CAN-SKIP-UNTIL=12.0",
  "#EXT-X-MEDIA-SEQUENCE:7",
  '#EXT-X-MAP:URI="init-0.mp4"',
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(start).toISOString()}`,
  "#EXTINF:2.0,",
  "seg-7.m4s",
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(start + 2000).toISOString()}`,
  "#EXT-X-GAP",
  "#EXTINF:2.0,",
  "seg-8.m4s",
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(start + 4000).toISOString()}`,
  "#EXTINF:1.5,",
  "seg-9.m4s",
  "",
].join("\n");

describe("the captions of the broadcast", () => {
  it("are segments beside those of the picture", () => {
    const text = captionsPlaylist(plain);
    const listed = (playlist: string) => [...playlist.matchAll(/^captions-(\d+)\.vtt$/gm)].map(([, n]) => n);
    expect(listed(text)).toEqual(["7", "8", "9", "10"]);
    expect(captionTimesOf(plain, 10)).toEqual({ sequence: 10, from: start + 5500, to: start + 7500 });
    expect(captionTimesOf(plain, 11)).toBeUndefined();
    expect(listed(captionsPlaylist(`${plain}#EXT-X-ENDLIST\n`))).toEqual(["7", "8", "9"]);
    expect(text).not.toContain("EXT-X-MAP");
    // A request for them is answered at once, and whole.
    expect(text).not.toContain("EXT-X-SERVER-CONTROL");
    expect(text).toContain("#EXT-X-MEDIA-SEQUENCE:7");
  });

  it("are offered with every picture, and not with the sound alone", () => {
    const text = withCaptions(
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=2x2\nlive.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="mp4a"\naudio.m3u8\n',
    );
    expect(text.match(/,SUBTITLES="captions"/g)).toHaveLength(1);
    expect(text.indexOf("#EXT-X-MEDIA:TYPE=SUBTITLES")).toBeLessThan(text.indexOf("#EXT-X-STREAM-INF"));
  });

  it("know when a segment is on the air", () => {
    expect(timesOf(plain, 7)).toEqual({ from: start, to: start + 2000 });
    expect(timesOf(plain, 8)).toEqual({ from: start + 2000, to: start + 4000 });
    expect(timesOf(plain, 9)).toEqual({ from: start + 4000, to: start + 5500 });
    expect(timesOf(plain, 10)).toBeUndefined();
  });

  it("are in the media's own time", () => {
    const text = captionsSegment(
      [{ id: "a", text: "Hello", from: start + 61_500, to: start + 63_000 }],
      start,
    );
    expect(text.split("\n")[1]).toBe("X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0");
    expect(readCaptions(text)).toEqual([{ fromMs: 61_500, toMs: 63_000, text: "Hello" }]);
  });
});
