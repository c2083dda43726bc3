/**
 * Matroska and WebM (RFC 9559) as far as one camera and one microphone need it: a header, then clusters that can each be
 * read by themselves. A file that ends after any cluster is whole: sizes that are not known until the end are left open.
 */

export type VideoTrack =
  | { codec: "vp8" | "vp9"; width: number; height: number }
  | { codec: "h264"; sps: Buffer; pps: Buffer };

/** One coded picture or packet of sound. `ms`: from the file's beginning. */
export type Block = { track: "video" | "audio"; ms: number; key: boolean; data: Buffer };

/** Block times are 16 bits from their cluster's (RFC 9559 §10.1). */
export const longestClusterMs = 30_000;
const trackNumbers = { video: 1, audio: 2 } as const;

const id = (hex: string): Buffer => Buffer.from(hex, "hex");
/** Eight bytes of length (RFC 8794 §4): room for anything, and no counting. */
function size(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  bytes.writeUInt8(0x01, 0);
  return bytes;
}
const unknownSize = Buffer.from("01ffffffffffffff", "hex");

function element(name: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([id(name), size(body.length), body]);
}
function whole(name: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(name, bytes);
}
function real(name: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(name, bytes);
}
const text = (name: string, value: string): Buffer => element(name, Buffer.from(value, "utf8"));

/** Until the first cluster. */
export function matroskaHeader(tracks: { video: VideoTrack | null; audio: boolean }): Buffer {
  const webm = tracks.video?.codec !== "h264";
  const entries: Buffer[] = [];
  if (tracks.video) entries.push(videoEntry(tracks.video));
  if (tracks.audio) entries.push(audioEntry());
  return Buffer.concat([
    element(
      "1a45dfa3",
      whole("4286", 1),
      whole("42f7", 1),
      whole("42f2", 4),
      whole("42f3", 8),
      text("4282", webm ? "webm" : "matroska"),
      whole("4287", 4),
      whole("4285", 2),
    ),
    id("18538067"),
    unknownSize,
    // Times in milliseconds.
    element("1549a966", whole("2ad7b1", 1_000_000), text("4d80", "rostrum"), text("5741", "rostrum")),
    element("1654ae6b", ...entries),
  ]);
}

function videoEntry(video: VideoTrack): Buffer {
  const common = [
    whole("d7", trackNumbers.video),
    whole("73c5", trackNumbers.video),
    whole("83", 1),
    whole("9c", 0),
  ];
  if (video.codec !== "h264") {
    const { codec, width, height } = video;
    return element(
      "ae",
      ...common,
      text("86", codec === "vp8" ? "V_VP8" : "V_VP9"),
      element("e0", whole("b0", width), whole("ba", height)),
    );
  }
  return element(
    "ae",
    ...common,
    text("86", "V_MPEG4/ISO/AVC"),
    element("63a2", avcConfiguration(video)),
    // Its parameter sets tell how large it is.
    element("e0"),
  );
}

/** ISO/IEC 14496-15 §5.3.3.1, with 4-byte lengths. */
function avcConfiguration({ sps, pps }: { sps: Buffer; pps: Buffer }): Buffer {
  const lengthOf = (unit: Buffer): Buffer => Buffer.from([unit.length >> 8, unit.length & 0xff]);
  const profile = Buffer.from([1, sps.readUInt8(1), sps.readUInt8(2), sps.readUInt8(3), 0xff, 0xe1]);
  return Buffer.concat([profile, lengthOf(sps), sps, Buffer.from([1]), lengthOf(pps), pps]);
}

function audioEntry(): Buffer {
  // OpusHead (RFC 7845 §5.1): two channels, 312 samples to skip, 48 kHz.
  const head = Buffer.concat([Buffer.from("OpusHead"), Buffer.from("0102380180bb0000000000", "hex")]);
  return element(
    "ae",
    whole("d7", trackNumbers.audio),
    whole("73c5", trackNumbers.audio),
    whole("83", 2),
    whole("9c", 0),
    text("86", "A_OPUS"),
    whole("56aa", 6_500_000),
    whole("56bb", 80_000_000),
    element("63a2", head),
    element("e1", real("b5", 48_000), whole("9f", 2)),
  );
}

/** Blocks of at most half a minute, not empty, in the order in which they are to be read. */
export function matroskaCluster(blocks: readonly Block[]): Buffer {
  const begin = Math.max(0, Math.min(...blocks.map(({ ms }) => Math.round(ms))));
  const body = [whole("e7", begin)];
  for (const { track, ms, key, data } of blocks) {
    const head = Buffer.alloc(4);
    head.writeUInt8(0x80 | trackNumbers[track], 0);
    head.writeInt16BE(Math.max(0, Math.round(ms) - begin), 1);
    head.writeUInt8(key || track === "audio" ? 0x80 : 0, 3);
    body.push(element("a3", head, data));
  }
  return element("1f43b675", ...body);
}
