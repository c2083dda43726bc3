const senderReport = 200;
const receiverReport = 201;

/** What is known of one SSRC; numbers are extended over their wraps. */
type Stream = {
  first: number;
  highest: number;
  received: number;
  reportedExpected: number;
  reportedReceived: number;
};

/** A 16-bit number as the nearest one to `highest`, wraps counted (RFC 3550 appendix A.1). */
function extended(highest: number, sequence: number): number {
  const difference = ((sequence - highest + 0x8000) & 0xffff) - 0x8000;
  return Math.max(sequence, highest + difference);
}

/** Notes what was received of each SSRC and answers sender reports (RFC 3550 §6.4). Jitter is not measured: 0. */
export class Reception {
  readonly #streams = new Map<number, Stream>();
  readonly #ownSsrc: number;

  constructor(ownSsrc: number) {
    this.#ownSsrc = ownSsrc;
  }

  /** The number with its wraps: roll-over counter and sequence number in one (RFC 3711 §3.3.1). */
  note(ssrc: number, sequence: number): number {
    const stream = this.#streams.get(ssrc);
    if (!stream) {
      const fresh = {
        first: sequence,
        highest: sequence,
        received: 1,
        reportedExpected: 0,
        reportedReceived: 0,
      };
      this.#streams.set(ssrc, fresh);
      return sequence;
    }
    const index = extended(stream.highest, sequence);
    stream.received++;
    if (index > stream.highest) stream.highest = index;
    return index;
  }

  /** Receiver reports for the sender reports in a compound packet; empty when there are none to answer. */
  answer(compound: Buffer): Buffer {
    const blocks: Buffer[] = [];
    for (let at = 0; at + 4 <= compound.length; at += 4 + compound.readUInt16BE(at + 2) * 4) {
      if (compound.readUInt8(at + 1) !== senderReport || at + 28 > compound.length) continue;
      const ssrc = compound.readUInt32BE(at + 4);
      const stream = this.#streams.get(ssrc);
      // The middle of the 64-bit NTP time says which report is answered.
      if (stream) blocks.push(block(ssrc, stream, compound.readUInt32BE(at + 10)));
    }
    if (blocks.length === 0) return Buffer.alloc(0);
    const header = Buffer.alloc(8);
    header.writeUInt8(0x80 | blocks.length, 0);
    header.writeUInt8(receiverReport, 1);
    header.writeUInt16BE(1 + blocks.length * 6, 2);
    header.writeUInt32BE(this.#ownSsrc, 4);
    return Buffer.concat([header, ...blocks]);
  }
}

/** RFC 3550 §6.4.1; the answer goes out at once, so its delay is 0. */
function block(ssrc: number, stream: Stream, lastReport: number): Buffer {
  const expected = stream.highest - stream.first + 1;
  const since = expected - stream.reportedExpected;
  const lost = since - (stream.received - stream.reportedReceived);
  stream.reportedExpected = expected;
  stream.reportedReceived = stream.received;
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32BE(ssrc, 0);
  bytes.writeUInt8(since > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / since)) : 0, 4);
  bytes.writeUIntBE(Math.min(0x7fffff, Math.max(0, expected - stream.received)), 5, 3);
  bytes.writeUInt32BE(stream.highest >>> 0, 8);
  bytes.writeUInt32BE(lastReport, 16);
  return bytes;
}
