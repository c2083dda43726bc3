/** ISO base media boxes (ISO/IEC 14496-12) of one H.264 and one AAC track, as CMAF-style fragments. */

export const videoTimescale = 90_000;
export const audioTimescale = 48_000;
const videoTrack = 1;
export const audioTrack = 2;

/** What a player needs before the first fragment. */
export type InitOptions = {
  width: number;
  height: number;
  /** Without start codes. */
  sps: Buffer;
  pps: Buffer;
  audioSpecificConfig: Buffer;
};

/** One sample; durations in the track's timescale. */
export type Sample = { data: Buffer; duration: number; sync: boolean };
/** Samples of one track; `decodeTime` of the first, in the track's timescale. */
export type TrackRun = { decodeTime: number; samples: Sample[] };

function box(type: string, ...content: Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 8);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(length, 0);
  header.write(type, 4, "latin1");
  return Buffer.concat([header, ...content], length);
}

function fullBox(type: string, version: number, flags: number, ...content: Buffer[]): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(((version << 24) | flags) >>> 0, 0);
  return box(type, header, ...content);
}

const u8 = (...values: number[]): Buffer => Buffer.from(values);
const u16 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
};
const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
};
const unityMatrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** avcC (ISO/IEC 14496-15 §5.3.3.1), with 4-byte lengths. */
function avcConfiguration({ sps, pps }: InitOptions): Buffer {
  return box(
    "avcC",
    u8(1, sps.readUInt8(1), sps.readUInt8(2), sps.readUInt8(3), 0xff, 0xe1),
    u16(sps.length),
    sps,
    u8(1),
    u16(pps.length),
    pps,
    // High profile and above: 4:2:0, 8 bits, no SPS extensions.
    sps.readUInt8(1) >= 100 ? u8(0xfd, 0xf8, 0xf8, 0) : Buffer.alloc(0),
  );
}

function avc1(options: InitOptions): Buffer {
  return box(
    "avc1",
    u32(0, 1, 0, 0, 0, 0),
    u16(options.width, options.height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    avcConfiguration(options),
    // BT.709 primaries and transfer, BT.601 matrix, limited range: what the encoder was told.
    box("colr", Buffer.from("nclx", "latin1"), u16(1, 1, 6), u8(0)),
  );
}

/** One MPEG-4 descriptor (ISO/IEC 14496-1 §7.2.2); ours stay under 128 bytes. */
const descriptor = (tag: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([u8(tag, body.length), body]);
};

function mp4a({ audioSpecificConfig }: InitOptions): Buffer {
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), descriptor(5, audioSpecificConfig));
  const esds = fullBox("esds", 0, 0, descriptor(3, u16(audioTrack), u8(0), decoder, descriptor(6, u8(2))));
  return box("mp4a", u32(0, 1, 0, 0), u16(2, 16, 0, 0), u32((audioTimescale << 16) >>> 0), esds);
}

function track(kind: "video" | "audio", entry: Buffer, size: { width: number; height: number }): Buffer {
  const video = kind === "video";
  const id = video ? videoTrack : audioTrack;
  const tkhd = fullBox(
    "tkhd",
    0,
    3,
    u32(0, 0, id, 0, 0, 0, 0),
    u16(0, 0, video ? 0 : 0x100, 0),
    unityMatrix,
    u32(video ? size.width << 16 : 0, video ? size.height << 16 : 0),
  );
  const table = box(
    "stbl",
    fullBox("stsd", 0, 0, u32(1), entry),
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0, 0)),
    fullBox("stco", 0, 0, u32(0)),
  );
  const media = video ? fullBox("vmhd", 0, 1, u16(0, 0, 0, 0)) : fullBox("smhd", 0, 0, u16(0, 0));
  const dinf = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  const handler = Buffer.from(video ? "vide" : "soun", "latin1");
  const mdia = box(
    "mdia",
    fullBox("mdhd", 0, 0, u32(0, 0, video ? videoTimescale : audioTimescale, 0), u16(0x55c4, 0)),
    fullBox("hdlr", 0, 0, u32(0), handler, u32(0, 0, 0), u8(0)),
    box("minf", media, dinf, table),
  );
  return box("trak", tkhd, mdia);
}

/** ftyp and moov: the initialisation section that EXT-X-MAP names. */
export function initSection(options: InitOptions): Buffer {
  const mvhd = fullBox(
    "mvhd",
    0,
    0,
    u32(0, 0, 1000, 0, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    unityMatrix,
    u32(0, 0, 0, 0, 0, 0, 3),
  );
  const trex = (id: number): Buffer => fullBox("trex", 0, 0, u32(id, 1, 0, 0, 0));
  return Buffer.concat([
    box(
      "ftyp",
      Buffer.from("iso6", "latin1"),
      u32(0),
      Buffer.from("iso6", "latin1"),
      Buffer.from("mp41", "latin1"),
    ),
    box(
      "moov",
      mvhd,
      track("video", avc1(options), options),
      track("audio", mp4a(options), options),
      box("mvex", trex(videoTrack), trex(audioTrack)),
    ),
  ]);
}

const syncFlags = 0x02000000;
const otherFlags = 0x01010000;

function trackFragment(id: number, run: TrackRun, dataOffset: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(run.decodeTime));
  const rows = u32(
    ...run.samples.flatMap((sample) => [
      sample.duration,
      sample.data.length,
      sample.sync ? syncFlags : otherFlags,
    ]),
  );
  return box(
    "traf",
    fullBox("tfhd", 0, 0x20000, u32(id)),
    fullBox("tfdt", 1, 0, time),
    fullBox("trun", 0, 0x701, u32(run.samples.length, dataOffset), rows),
  );
}

/** One moof and its mdat. A track without samples is left out. @param sequence rises by one per fragment */
export function fragment(sequence: number, runs: { video: TrackRun; audio: TrackRun }): Buffer {
  const tracks = [
    { id: videoTrack, run: runs.video },
    { id: audioTrack, run: runs.audio },
  ].filter(({ run }) => run.samples.length > 0);
  const build = (offsets: number[]): Buffer =>
    box(
      "moof",
      fullBox("mfhd", 0, 0, u32(sequence)),
      ...tracks.map(({ id, run }, index) => trackFragment(id, run, offsets[index] ?? 0)),
    );
  const start = build([]).length + 8;
  const offsets: number[] = [];
  let at = start;
  for (const { run } of tracks) {
    offsets.push(at);
    at += run.samples.reduce((sum, sample) => sum + sample.data.length, 0);
  }
  const samples = tracks.flatMap(({ run }) => run.samples.map((sample) => sample.data));
  return Buffer.concat([build(offsets), box("mdat", ...samples)]);
}
