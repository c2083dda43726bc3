const type = { slice: 1, idr: 5, sps: 7, pps: 8, stapA: 24, fuA: 28 } as const;
const typeOf = (unit: Buffer): number => unit.readUInt8(0) & 0x1f;

/** Bytes of an RTP payload that no network cuts, with room for SRTP, extensions and tunnels. */
export const maxPayloadBytes = 1180;

export type ParameterSets = { sps: Buffer; pps: Buffer[] };

/**
 * One picture as RTP payloads (RFC 6184, packetization mode 1): its parameter sets in one STAP-A before each key picture
 * (§5.7.1), slices whole or as FU-A fragments (§5.8). What decoders do not need (access unit delimiters, SEI, filler) is
 * left out. In-band parameter sets replace those given.
 *
 * @returns no payloads when nothing of it can be shown
 */
export function payloadsOf(
  units: readonly Buffer[],
  sets: ParameterSets | null,
  limit: number = maxPayloadBytes,
): { payloads: Buffer[]; sets: ParameterSets | null } {
  const own = (wanted: number): Buffer[] => units.filter((unit) => typeOf(unit) === wanted);
  const [sps] = own(type.sps);
  const pps = own(type.pps);
  const current =
    sps && pps.length > 0 ? { sps: Buffer.from(sps), pps: pps.map((set) => Buffer.from(set)) } : sets;
  const slices = units.filter((unit) => typeOf(unit) >= type.slice && typeOf(unit) <= type.idr);
  const key = slices.some((unit) => typeOf(unit) === type.idr);
  if (slices.length === 0 || (key && !current)) return { payloads: [], sets: current };
  const payloads = key && current ? aggregate([current.sps, ...current.pps], limit) : [];
  for (const slice of slices) payloads.push(...fragments(slice, limit));
  return { payloads, sets: current };
}

/** One STAP-A, or each by itself where they are too large together. */
function aggregate(units: Buffer[], limit: number): Buffer[] {
  const size = 1 + units.reduce((sum, unit) => sum + 2 + unit.length, 0);
  if (size > limit) return units.flatMap((unit) => fragments(unit, limit));
  const reference = Math.max(...units.map((unit) => unit.readUInt8(0) & 0x60));
  const parts: Buffer[] = [Buffer.from([reference | type.stapA])];
  for (const unit of units) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(unit.length);
    parts.push(length, unit);
  }
  return [Buffer.concat(parts)];
}

function fragments(unit: Buffer, limit: number): Buffer[] {
  if (unit.length <= limit) return [unit];
  const header = unit.readUInt8(0);
  const payloads: Buffer[] = [];
  const room = limit - 2;
  for (let at = 1; at < unit.length; at += room) {
    const start = at === 1 ? 0x80 : 0;
    const end = at + room >= unit.length ? 0x40 : 0;
    const head = Buffer.from([(header & 0xe0) | type.fuA, start | end | (header & 0x1f)]);
    payloads.push(Buffer.concat([head, unit.subarray(at, at + room)]));
  }
  return payloads;
}
