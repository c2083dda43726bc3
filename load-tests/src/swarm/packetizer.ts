/** Payload bytes of one packet at most: with headers, SRTP, UDP and IPv6 it stays below 1,280. */
const maxPayload = 1180;

const stapA = 24;
const fuA = 28;

/**
 * RTP payloads of one H.264 frame, packetization mode 1: whole NAL units, small ones that follow one another together as
 * browsers send parameter sets, or fragments of one (RFC 6184 §5.6 to §5.8).
 */
export function h264Payloads(units: readonly Buffer[]): Buffer[] {
  const payloads: Buffer[] = [];
  let together: Buffer[] = [];
  const flush = (): void => {
    if (together.length > 0) payloads.push(aggregateOf(together));
    together = [];
  };
  for (const unit of units) {
    if (aggregateBytes([...together, unit]) > maxPayload) flush();
    if (unit.length <= maxPayload) together.push(unit);
    else payloads.push(...fragmentsOf(unit));
  }
  flush();
  return payloads;
}

/** A header, and two bytes of length before each. */
const aggregateBytes = (units: readonly Buffer[]): number =>
  units.reduce((bytes, { length }) => bytes + 2 + length, 1);

function aggregateOf(units: readonly Buffer[]): Buffer {
  const [only] = units;
  if (only && units.length === 1) return only;
  const importance = Math.max(...units.map(([header = 0]) => header & 0x60));
  const parts = units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit]);
  return Buffer.concat([Buffer.from([importance | stapA]), ...parts]);
}

function fragmentsOf(unit: Buffer): Buffer[] {
  const header = unit[0] ?? 0;
  const room = maxPayload - 2;
  const pieces: Buffer[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const piece = unit.subarray(at, at + room);
    const start = at === 1 ? 0x80 : 0;
    const end = at + room >= unit.length ? 0x40 : 0;
    pieces.push(Buffer.concat([Buffer.from([(header & 0x60) | fuA, start | end | (header & 0x1f)]), piece]));
  }
  return pieces;
}

/** Writes RTP packets of one stream (RFC 3550 §5.1). */
export class RtpWriter {
  readonly #ssrc: number;
  readonly #payloadType: number;
  #sequence: number;

  constructor(stream: { ssrc: number; payloadType: number; firstSequence: number }) {
    this.#ssrc = stream.ssrc;
    this.#payloadType = stream.payloadType;
    this.#sequence = stream.firstSequence;
  }

  write(payload: Buffer, timestamp: number, marker: boolean): Buffer {
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | this.#payloadType;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(timestamp >>> 0, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    payload.copy(packet, 12);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return packet;
  }
}
