/** The NAL units of an Annex B byte stream (ITU-T H.264 Annex B), without start codes. */
export function splitAnnexB(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = -1;
  for (let at = 0; at + 2 < stream.length; at += 1) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    if (start >= 0) units.push(trimZeros(stream.subarray(start, at)));
    start = at + 3;
    at += 2;
  }
  if (start >= 0) units.push(trimZeros(stream.subarray(start)));
  return units.filter((unit) => unit.length > 0);
}

/** The zero that begins the next 4-byte start code, and trailing zeros, belong to no unit. */
function trimZeros(unit: Buffer): Buffer {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end -= 1;
  return unit.subarray(0, end);
}

const typeOf = (unit: Buffer): number => unit.readUInt8(0) & 0x1f;

/** SPS and PPS of an encoder's header. @throws TypeError when one is missing */
export function parameterSets(stream: Buffer): { sps: Buffer; pps: Buffer } {
  const units = splitAnnexB(stream);
  const sps = units.find((unit) => typeOf(unit) === 7);
  const pps = units.find((unit) => typeOf(unit) === 8);
  if (!sps || sps.length < 4 || !pps) throw new TypeError("the H.264 header holds no SPS and PPS");
  return { sps, pps };
}

/** A picture with 4-byte lengths in front of its units (ISO/IEC 14496-15 §5.3.2); parameter sets are left to avcC. */
export function toLengthPrefixed(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (const unit of splitAnnexB(stream)) {
    if (typeOf(unit) >= 7 && typeOf(unit) <= 9) continue;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(unit.length);
    parts.push(length, unit);
  }
  return Buffer.concat(parts);
}

/** RFC 6381 codec string of an SPS. */
export function avcCodecString(sps: Buffer): string {
  return `avc1.${sps.subarray(1, 4).toString("hex")}`;
}
