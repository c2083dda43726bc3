/** Reads bits, the highest of a byte first; zeros behind the end. */
class Bits {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.at > this.#bytes.length * 8;
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++)
      value = value * 2 + (((this.#bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  flag(): boolean {
    return this.take(1) === 1;
  }

  /** A flag, and so many bits more when it is set. */
  optional(count: number): void {
    if (this.flag()) this.take(count);
  }
}

type Size = { width: number; height: number };
const syncCode = 0x498342;

/** What the first byte says: two bits of marker, two of profile, then four flags (VP9 bitstream specification §6.2). */
function readFirst(bits: Bits): { predicted: boolean; shown: boolean; resilient: boolean } | null {
  // Profile 0 only, and no showing of an earlier frame.
  if (bits.take(2) !== 2 || bits.take(2) !== 0 || bits.flag()) return null;
  return { predicted: bits.flag(), shown: bits.flag(), resilient: bits.flag() };
}

const readSize = (bits: Bits): Size => ({ width: bits.take(16) + 1, height: bits.take(16) + 1 });

/** How large the picture of a frame is, as far as its own header tells: not when it is as large as one before. */
export function vp9FrameSize(frame: Buffer): Size | null {
  const bits = new Bits(frame);
  const first = readFirst(bits);
  if (!first) return null;
  let size: Size | null = null;
  if (!first.predicted) {
    if (bits.take(24) !== syncCode) return null;
    // Colour space, and the range of its values.
    bits.take(4);
    size = readSize(bits);
  } else if (first.shown) size = skipReferences(bits, first.resilient);
  return bits.ended ? null : size;
}

/** Of an inter frame, up to its size. @returns null when it is that of a reference */
function skipReferences(bits: Bits, resilient: boolean): Size | null {
  if (!resilient) bits.take(2);
  // Which references it refreshes, and the three that it uses.
  bits.take(8 + 3 * 4);
  for (let reference = 0; reference < 3; reference++) if (bits.flag()) return null;
  return readSize(bits);
}

/**
 * The frame, decoded and kept as a reference but not shown. A picture of several layers is to show its last one only:
 * libvpx does so by itself, and everybody else shows each of them. Undefined when the header cannot be read.
 */
export function hideFrame(frame: Buffer): Buffer | undefined {
  const bits = new Bits(frame);
  const first = readFirst(bits);
  if (!first) return undefined;
  if (!first.shown) return frame;
  const hidden = Buffer.from(frame);
  hidden.writeUInt8(frame.readUInt8(0) & ~0x02, 0);
  if (!first.predicted) return hidden;
  // Of a hidden frame the header also says that it is no intra frame: one bit more, right behind the first byte.
  if (!skipInterHeader(bits, first.resilient) || bits.ended) return undefined;
  const before = Math.ceil(bits.at / 8);
  const after = Math.ceil((bits.at + 1) / 8);
  const header = Buffer.alloc(after);
  hidden.copy(header, 0, 0, before);
  for (let at = after - 1; at > 0; at--) {
    const carried = at > 1 ? (header[at - 1] ?? 0) & 1 : 0;
    header[at] = (carried << 7) | ((header[at] ?? 0) >> 1);
  }
  return Buffer.concat([header, hidden.subarray(before)]);
}

/** To the end of the uncompressed header of an inter frame (§6.2). @returns false when that cannot be told */
function skipInterHeader(bits: Bits, resilient: boolean): boolean {
  const size = skipReferences(bits, resilient);
  // How many tiles there may be depends on it.
  if (!size) return false;
  // Render size, high precision of motion vectors, interpolation.
  bits.optional(32);
  bits.take(1);
  if (!bits.flag()) bits.take(2);
  if (!resilient) bits.take(2);
  bits.take(2);
  skipLoopFilter(bits);
  bits.take(8);
  for (let delta = 0; delta < 3; delta++) bits.optional(5);
  skipSegmentation(bits);
  skipTiles(bits, size.width);
  return bits.take(16) > 0;
}

function skipLoopFilter(bits: Bits): void {
  bits.take(6 + 3);
  if (!bits.flag() || !bits.flag()) return;
  for (let delta = 0; delta < 4 + 2; delta++) bits.optional(7);
}

/** Bits of each feature's value, its sign included. */
const segmentFeatures = [9, 7, 2, 0];

function skipSegmentation(bits: Bits): void {
  if (!bits.flag()) return;
  if (bits.flag()) {
    for (let probability = 0; probability < 7; probability++) bits.optional(8);
    if (bits.flag()) for (let probability = 0; probability < 3; probability++) bits.optional(8);
  }
  if (!bits.flag()) return;
  bits.take(1);
  for (let segment = 0; segment < 8; segment++) for (const count of segmentFeatures) bits.optional(count);
}

/** Tiles are at least 256 and at most 4096 pixels wide (§7.2.10). */
function skipTiles(bits: Bits, width: number): void {
  const blocks = Math.ceil(width / 64);
  let least = 0;
  while (64 << least < blocks) least++;
  let most = 1;
  while (blocks >> most >= 4) most++;
  for (let log2 = least; log2 < most - 1 && bits.flag(); log2++);
  bits.optional(1);
}
