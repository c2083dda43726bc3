/** The sound of our own fragments by itself: the same boxes without the video track. */
import { audioTrack } from "./boxes.ts";

type Box = { type: string; start: number; end: number };

/** Boxes that follow one another between two offsets (ISO/IEC 14496-12 §4.2; ours have 32-bit sizes). */
function* boxes(bytes: Buffer, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > end) throw new RangeError(`a box of ${size} bytes at ${at} of ${end}`);
    yield { type: bytes.toString("latin1", at + 4, at + 8), start: at, end: at + size };
    at += size;
  }
}

const inside = (bytes: Buffer, parent: Box): Generator<Box> => boxes(bytes, parent.start + 8, parent.end);
const copy = (bytes: Buffer, { start, end }: Box): Buffer => bytes.subarray(start, end);

function rebuild(type: string, content: Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(
    content.reduce((sum, part) => sum + part.length, 8),
    0,
  );
  header.write(type, 4, "latin1");
  return Buffer.concat([header, ...content]);
}

/** The track of a `trak` (by its tkhd) or of a `trex`. */
function trackOf(bytes: Buffer, box: Box): number {
  if (box.type === "trex") return bytes.readUInt32BE(box.start + 12);
  for (const child of inside(bytes, box))
    if (child.type === "tkhd") return bytes.readUInt32BE(child.start + 20);
  return 0;
}

/** Of an initialisation section with both tracks, the one of the sound. */
export function soundOfInit(init: Buffer): Buffer {
  const keep = (parent: Box): Buffer[] =>
    [...inside(init, parent)].flatMap((child) => {
      if (child.type === "mvex") return [rebuild("mvex", keep(child))];
      const ofTrack = child.type === "trak" || child.type === "trex";
      return ofTrack && trackOf(init, child) !== audioTrack ? [] : [copy(init, child)];
    });
  return Buffer.concat(
    [...boxes(init, 0, init.length)].map((box) =>
      box.type === "moov" ? rebuild("moov", keep(box)) : copy(init, box),
    ),
  );
}

/** Of one or more fragments with both tracks, the same fragments with the sound alone. */
export function soundOf(fragments: Buffer): Buffer {
  return Buffer.concat(
    [...boxes(fragments, 0, fragments.length)].flatMap((box) =>
      box.type === "moof" ? soundOfFragment(fragments, box) : [],
    ),
  );
}

function soundOfFragment(bytes: Buffer, moof: Box): Buffer[] {
  const kept: Buffer[] = [];
  let sound: { traf: Buffer; data: Buffer } | undefined;
  for (const child of inside(bytes, moof)) {
    if (child.type !== "traf") kept.push(copy(bytes, child));
    else sound ??= soundOfTrack(bytes, moof, child);
  }
  if (!sound) return [];
  const built = rebuild("moof", [...kept, sound.traf]);
  // Its data now begin right behind the header of the mdat.
  dataOffset(built).write(built.length + 8);
  return [built, rebuild("mdat", [sound.data])];
}

function soundOfTrack(bytes: Buffer, moof: Box, traf: Box): { traf: Buffer; data: Buffer } | undefined {
  let [track, length, offset] = [0, 0, 0];
  for (const child of inside(bytes, traf)) {
    if (child.type === "tfhd") track = bytes.readUInt32BE(child.start + 12);
    if (child.type !== "trun") continue;
    const samples = bytes.readUInt32BE(child.start + 12);
    offset = bytes.readInt32BE(child.start + 16);
    // Rows of duration, size, flags: what `fragment` writes.
    for (let row = 0; row < samples; row += 1) length += bytes.readUInt32BE(child.start + 24 + row * 12);
  }
  if (track !== audioTrack) return undefined;
  const from = moof.start + offset;
  return { traf: copy(bytes, traf), data: bytes.subarray(from, from + length) };
}

/** The data offset of the one trun in a moof. */
function dataOffset(moof: Buffer): { write: (value: number) => void } {
  for (const traf of inside(moof, { type: "moof", start: 0, end: moof.length }))
    if (traf.type === "traf")
      for (const trun of inside(moof, traf))
        if (trun.type === "trun") return { write: (value) => moof.writeInt32BE(value, trun.start + 16) };
  throw new RangeError("a moof without a trun");
}
