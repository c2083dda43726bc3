import { execute } from "./media.ts";

/** Coded media cut into RTP payloads once, so that playing it costs a test nothing: a busy machine does not slow it. */
export type Clip = {
  codec: "vp8" | "vp9" | "h264" | "opus";
  clockRate: number;
  /** Duration of one unit (a picture or an Opus packet), seconds. */
  unitSeconds: number;
  /** Payloads of each unit; the first one begins with a key frame, so a clip may be looped. */
  units: Buffer[][];
};

const maxPayload = 1180;

export type VideoWish = {
  codec: "vp8" | "vp9" | "h264";
  /** lavfi graph. */
  input: string;
  seconds: number;
  framesPerSecond?: number;
  kbps?: number;
  /** Frames between key frames. */
  gop?: number;
};

/** Encodes a picture and cuts it. */
export async function videoClip(wish: VideoWish): Promise<Clip> {
  const { codec, input, seconds, framesPerSecond = 30, kbps = 800, gop = 15 } = wish;
  const common = ["-v", "error", "-f", "lavfi", "-i", input, "-t", String(seconds), "-g", String(gop)];
  const rate = ["-b:v", `${kbps}k`, "-threads", "1"];
  const vp8 = [
    "-c:v",
    "libvpx",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-auto-alt-ref",
    "0",
    "-f",
    "ivf",
  ];
  const vp9 = [
    ...["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"],
    ...["-f", "ivf"],
  ];
  const h264 = [
    ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"],
    ...["-pix_fmt", "yuv420p", "-x264-params", "repeat-headers=1:scenecut=0:aud=1:slices=1", "-f", "h264"],
  ];
  const bytes = await execute("ffmpeg", [...common, ...rate, ...{ vp8, vp9, h264 }[codec], "-"]);
  const units =
    codec === "h264"
      ? picturesOf(bytes).map((nals) => nals.flatMap(nalPayloads))
      : framesOfIvf(bytes).map(codec === "vp8" ? vp8Payloads : vp9Payloads);
  return { codec, clockRate: 90_000, unitSeconds: 1 / framesPerSecond, units };
}

/** Encodes sound as Opus packets of 20 ms. */
export async function audioClip(input: string, seconds: number): Promise<Clip> {
  const bytes = await execute("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", input, "-t", String(seconds), "-c:a", "libopus", "-b:a", "64k"],
    ...["-ac", "2", "-frame_duration", "20", "-f", "ogg", "-"],
  ]);
  const units = packetsOfOgg(bytes).map((packet) => [packet]);
  return {
    codec: "opus",
    clockRate: 48_000,
    unitSeconds: 0.02,
    units: units.slice(0, Math.round(seconds * 50)),
  };
}

function framesOfIvf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = bytes.readUInt16LE(6); at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    frames.push(bytes.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  return frames;
}

/** RFC 7741 §4.2 with the shortest descriptor: S set on the first packet of a picture. */
function vp8Payloads(frame: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < frame.length; at += maxPayload)
    payloads.push(Buffer.concat([Buffer.from([at === 0 ? 0x10 : 0]), frame.subarray(at, at + maxPayload)]));
  return payloads;
}

/** RFC 9628 §4.2 with the shortest descriptor: whether it is predicted, begins or ends a picture. */
function vp9Payloads(frame: Buffer): Buffer[] {
  // Frame marker, profile 0, no repetition: then 1 for a predicted frame.
  const predicted = ((frame[0] ?? 0) & 0x04) !== 0 ? 0x40 : 0;
  const payloads: Buffer[] = [];
  for (let at = 0; at < frame.length; at += maxPayload) {
    const edges = (at === 0 ? 0x08 : 0) | (at + maxPayload >= frame.length ? 0x04 : 0);
    payloads.push(Buffer.concat([Buffer.from([predicted | edges]), frame.subarray(at, at + maxPayload)]));
  }
  return payloads;
}

/** NAL units of an Annex B stream, grouped by access unit delimiter. */
function picturesOf(bytes: Buffer): Buffer[][] {
  const starts: number[] = [];
  for (let at = bytes.indexOf("\x00\x00\x01", 0, "latin1"); at >= 0; ) {
    starts.push(at + 3);
    at = bytes.indexOf("\x00\x00\x01", at + 3, "latin1");
  }
  const pictures: Buffer[][] = [];
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    const end = next === undefined ? bytes.length : next - 3;
    // The fourth byte of a long start code belongs to nobody.
    const unit = bytes.subarray(start, bytes[end - 1] === 0 && next !== undefined ? end - 1 : end);
    if (((unit[0] ?? 0) & 0x1f) === 9) pictures.push([]);
    else pictures.at(-1)?.push(unit);
  }
  return pictures;
}

/** RFC 6184 §5.6 and §5.8. */
function nalPayloads(unit: Buffer): Buffer[] {
  if (unit.length <= maxPayload) return [unit];
  const header = unit[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += maxPayload - 2) {
    const piece = unit.subarray(at, at + maxPayload - 2);
    const flags = (at === 1 ? 0x80 : 0) | (at + piece.length >= unit.length ? 0x40 : 0);
    payloads.push(Buffer.concat([Buffer.from([(header & 0x60) | 28, flags | (header & 0x1f)]), piece]));
  }
  return payloads;
}

/** RFC 3533 §6, without the two Opus headers (RFC 7845 §3). */
function packetsOfOgg(stream: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let partial: Buffer[] = [];
  for (let at = 0; at + 27 <= stream.length; ) {
    const segments = stream[at + 26] ?? 0;
    let body = at + 27 + segments;
    for (let index = 0; index < segments; index += 1) {
      const size = stream[at + 27 + index] ?? 0;
      partial.push(stream.subarray(body, body + size));
      body += size;
      if (size === 255) continue;
      packets.push(Buffer.concat(partial));
      partial = [];
    }
    at = body;
  }
  return packets.slice(2);
}
