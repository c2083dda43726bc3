/** Reads bits of a NAL unit with its emulation prevention bytes taken out (ITU-T H.264 §7.3.1). */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(unit: Buffer) {
    this.#bytes = unit.filter((byte, at) => byte !== 3 || unit[at - 1] !== 0 || unit[at - 2] !== 0);
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new RangeError("the SPS is cut short");
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  /** ue(v), §9.1 */
  unsigned(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      zeros += 1;
      if (zeros > 31) throw new RangeError("the SPS is damaged");
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const profileNames: Record<number, string> = { 66: "baseline", 77: "main", 88: "extended", 100: "high" };

export type SpsInfo = { width: number; height: number; profile: string };

/** Size and profile that a sequence parameter set announces (§7.3.2.1.1); undefined when it cannot be read. */
export function readSps(unit: Buffer): SpsInfo | undefined {
  try {
    return read(new Bits(unit.subarray(1)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(bits: Bits): SpsInfo {
  const profile = bits.bits(8);
  bits.bits(16);
  bits.unsigned();
  const chroma = highProfiles.has(profile) ? readChroma(bits) : 1;
  bits.unsigned();
  skipOrder(bits);
  bits.unsigned();
  bits.bits(1);
  const columns = bits.unsigned() + 1;
  const rows = bits.unsigned() + 1;
  const frames = bits.bits(1);
  if (frames === 0) bits.bits(1);
  bits.bits(1);
  const [left, right, top, bottom] = readCropping(bits);
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - frames);
  return {
    width: columns * 16 - (left + right) * unitX,
    height: rows * 16 * (2 - frames) - (top + bottom) * unitY,
    profile: profileNames[profile] ?? `profile ${profile}`,
  };
}

/** chroma_format_idc, with what follows it in high profiles. */
function readChroma(bits: Bits): number {
  const chroma = bits.unsigned();
  if (chroma === 3) bits.bits(1);
  bits.unsigned();
  bits.unsigned();
  bits.bits(1);
  if (bits.bits(1) === 1)
    for (let i = 0; i < (chroma === 3 ? 12 : 8); i += 1) skipScaling(bits, i < 6 ? 16 : 64);
  return chroma;
}

function skipOrder(bits: Bits): void {
  const order = bits.unsigned();
  if (order === 0) bits.unsigned();
  if (order !== 1) return;
  bits.bits(1);
  bits.signed();
  bits.signed();
  for (let left = bits.unsigned(); left > 0; left -= 1) bits.signed();
}

function readCropping(bits: Bits): [number, number, number, number] {
  if (bits.bits(1) === 0) return [0, 0, 0, 0];
  return [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()];
}

function skipScaling(bits: Bits, size: number): void {
  if (bits.bits(1) === 0) return;
  let [last, next] = [8, 8];
  for (let i = 0; i < size; i += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}
