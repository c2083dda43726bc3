import { describe, expect, it } from "vitest";
import { lowLatency } from "../src/hls/timeline.ts";
import {
  checkBandwidth,
  checkMultivariant,
  checkRenditions,
  parseMultivariant,
} from "./multivariant-checker.ts";
import { SimulatedProgramme } from "./simulated-programme.ts";

const multivariant = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Programme",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Captions",DEFAULT=NO,FORCED=NO,URI="captions.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900,AVERAGE-BANDWIDTH=800,CODECS="avc1.1,mp4a.40.2",RESOLUTION=8x6,FRAME-RATE=30.000,AUDIO="sound",SUBTITLES="captions"
live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=500,AVERAGE-BANDWIDTH=400,CODECS="avc1.1,mp4a.40.2",RESOLUTION=4x3,FRAME-RATE=30.000,AUDIO="sound",SUBTITLES="captions"
480p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=100,AVERAGE-BANDWIDTH=90,CODECS="mp4a.40.2",AUDIO="sound"
audio.m3u8
`;

/** Replaces the first match; fails when there is none, so that no test is empty. */
function edit(text: string, pattern: RegExp, by: string): string {
  expect(text).toMatch(pattern);
  return text.replace(pattern, by);
}

describe("the checker of multivariant playlists", () => {
  it("finds nothing in what is right", () => expect(checkMultivariant(multivariant)).toEqual([]));

  it.each([
    ["EXTM3U is not the first line", /#EXTM3U\n/, ""],
    ["a tag of a media playlist", /#EXTM3U/, "#EXTM3U\n#EXT-X-TARGETDURATION:2"],
    ["EXT-X-VERSION is there more than once", /(#EXT-X-VERSION:9)/, "$1\n$1"],
    ["EXT-X-INDEPENDENT-SEGMENTS is there more than once", /(#EXT-X-INDEPENDENT-SEGMENTS)/, "$1\n$1"],
    ["a malformed attribute list", /CODECS="avc1\.1,/, "CODECS=avc1.1 ,"],
    ["no variant", /#EXT-X-STREAM-INF[\s\S]*/, ""],
    ["no BANDWIDTH", /BANDWIDTH=900,AVERAGE-BANDWIDTH=800,/, ""],
    ["AVERAGE-BANDWIDTH is no whole number", /AVERAGE-BANDWIDTH=800/, "AVERAGE-BANDWIDTH=8e2"],
    ["the average is above the peak", /BANDWIDTH=900/, "BANDWIDTH=700"],
    ["no CODECS", /CODECS="[^"]*",/, ""],
    ["pictures without RESOLUTION", /RESOLUTION=8x6,/, ""],
    ["RESOLUTION without pictures", /CODECS="mp4a/, 'RESOLUTION=2x2,CODECS="mp4a'],
    ["pictures without FRAME-RATE", /,FRAME-RATE=30\.000/, ""],
    ["FRAME-RATE is not rounded", /FRAME-RATE=30\.000/, "FRAME-RATE=29.97003"],
    ["no URI follows", /live\.m3u8\n/, ""],
    ["there is no AUDIO group", /AUDIO="sound"/, 'AUDIO="other"'],
    ["there is no SUBTITLES group", /SUBTITLES="captions"/, 'SUBTITLES="sound"'],
    ["no known TYPE", /TYPE=AUDIO/, "TYPE=SOUND"],
    ["no GROUP-ID", /GROUP-ID="captions",/, ""],
    ["no NAME", /NAME="Captions",/, ""],
    ["DEFAULT is neither YES nor NO", /DEFAULT=YES/, "DEFAULT=1"],
    ["the default is not to be selected", /AUTOSELECT=YES/, "AUTOSELECT=NO"],
    ["subtitles without URI", /,URI="captions\.m3u8"/, ""],
    ["closed captions with a URI", /TYPE=SUBTITLES/, "TYPE=CLOSED-CAPTIONS"],
    ["INSTREAM-ID where it does not belong", /CHANNELS="2"/, 'CHANNELS="2",INSTREAM-ID="CC1"'],
    ["FORCED beside no subtitles", /CHANNELS="2"/, 'CHANNELS="2",FORCED=NO'],
    ["CHANNELS are no number", /CHANNELS="2"/, 'CHANNELS="stereo"'],
    ["a NAME twice", /(#EXT-X-MEDIA:TYPE=AUDIO[^\n]*\n)/, "$1$1"],
    ["two defaults", /(#EXT-X-MEDIA:TYPE=AUDIO[^\n]*)NAME="Programme"([^\n]*\n)/, '$&$1NAME="Other"$2'],
    ["a variant's URI twice", /480p\.m3u8/, "live.m3u8"],
    ["a larger picture than", /BANDWIDTH=500,AVERAGE-BANDWIDTH=400/, "BANDWIDTH=900,AVERAGE-BANDWIDTH=800"],
  ] as [string, RegExp, string][])("finds: %s", (what, pattern, by) => {
    expect(checkMultivariant(edit(multivariant, pattern, by)).join("; ")).toContain(what);
  });

  it("finds a segment that takes more than the variant says", () => {
    const [variant] = parseMultivariant(multivariant).variants;
    if (!variant) throw new Error("no variant");
    expect(checkBandwidth(variant, [{ bytes: 200, seconds: 2 }])).toEqual([]);
    expect(checkBandwidth(variant, [{ bytes: 300, seconds: 2 }]).join()).toContain("above BANDWIDTH");
  });
});

describe("the checker of renditions beside one another", () => {
  const programme = new SimulatedProgramme({ rungs: ["480p"] });
  programme.startCompositor();
  programme.advance(9000);
  programme.killCompositor();
  programme.startCompositor();
  programme.advance(5000);
  const write = (rendition: "main" | "480p" | "audio") =>
    programme.timeline.playlist(lowLatency(rendition)).body.toString();
  const texts = () =>
    new Map([
      ["live.m3u8", write("main")],
      ["480p.m3u8", write("480p")],
      ["audio.m3u8", write("audio")],
    ]);

  it("finds nothing in what is right", () => {
    expect(texts().get("480p.m3u8")).toContain('URI="480p-part-');
    expect(checkRenditions(texts())).toEqual([]);
  });

  it.each([
    ["another TARGETDURATION", /TARGETDURATION:2/, "TARGETDURATION:3"],
    ["another PART-TARGET", /PART-TARGET=0\.3334/, "PART-TARGET=0.35"],
    ["has ended, or has not", /\n$/, "\n#EXT-X-ENDLIST\n"],
    ["is at another time", /T00:00:0/, "T00:01:0"],
    ["has another length", /EXTINF:2\.0/, "EXTINF:1.9"],
    ["is behind another discontinuity", /#EXT-X-DISCONTINUITY\n/, ""],
    ["has other parts", /#EXT-X-PART:DURATION=0\.33333/, "#EXT-X-PART:DURATION=0.3"],
    ["ends with another segment", /#EXTINF(?![\s\S]*#EXTINF)[\s\S]*$/, ""],
    ["no rendition report of live.m3u8", /#EXT-X-RENDITION-REPORT:URI="live.*\n/, ""],
    ["the rendition report of audio.m3u8 is wrong", /("audio\.m3u8",LAST-MSN=)\d+/, "$10"],
    ["the rendition report of live.m3u8 is wrong", /("live\.m3u8",LAST-MSN=\d+,LAST-PART=)\d+/, "$19"],
  ] as [string, RegExp, string][])("finds: %s", (what, pattern, by) => {
    const broken = texts();
    broken.set("480p.m3u8", edit(broken.get("480p.m3u8") ?? "", pattern, by));
    expect(checkRenditions(broken).join("; ")).toContain(what);
  });
});
