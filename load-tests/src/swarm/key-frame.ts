/** Codecs whose key frames are recognised from the payload. */
export type VideoCodec = "h264" | "vp8";

const nal = { idr: 5, sps: 7, pps: 8, stapA: 24, fuA: 28 } as const;

/** What one packet of a frame holds of what a decoder needs to start. */
export type KeyParts = { idr: boolean; sps: boolean; pps: boolean };

/**
 * Parts of a key frame that begin in an H.264 payload (RFC 6184 §5.6 to §5.8): single NAL units, aggregates, and the
 * first fragment of a fragmented one. In VP8 (RFC 7741 §4.2, §4.3) a key frame carries everything.
 */
export function keyPartsOf(codec: VideoCodec, payload: Uint8Array): KeyParts {
  return codec === "h264" ? h264Parts(payload) : vp8Parts(payload);
}

function h264Parts(payload: Uint8Array): KeyParts {
  const types = new Set<number>();
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === nal.stapA) {
    for (let at = 1; at + 2 < payload.length; ) {
      types.add((payload[at + 2] ?? 0) & 0x1f);
      at += 2 + (((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0));
    }
  } else if (type === nal.fuA) {
    const header = payload[1] ?? 0;
    if ((header & 0x80) !== 0) types.add(header & 0x1f);
  } else types.add(type);
  return { idr: types.has(nal.idr), sps: types.has(nal.sps), pps: types.has(nal.pps) };
}

function vp8Parts(payload: Uint8Array): KeyParts {
  const none = { idr: false, sps: false, pps: false };
  const first = payload[0] ?? 0;
  // S: start of a partition; PID 0: the first one.
  if ((first & 0x10) === 0 || (first & 0x07) !== 0) return none;
  let at = 1;
  if ((first & 0x80) !== 0) {
    const extensions = payload[at++] ?? 0;
    if ((extensions & 0x80) !== 0) at += ((payload[at] ?? 0) & 0x80) === 0 ? 1 : 2;
    if ((extensions & 0x40) !== 0) at++;
    if ((extensions & 0x30) !== 0) at++;
  }
  const key = at < payload.length && ((payload[at] ?? 0) & 0x01) === 0;
  return { idr: key, sps: key, pps: key };
}

/** Tells when the first frame that a decoder could start with has come whole: every packet from its first to its marker. */
export class FirstDecodable {
  readonly #codec: VideoCodec;
  #timestamp: number | undefined;
  #parts: KeyParts = { idr: false, sps: false, pps: false };
  #next = 0;

  constructor(codec: VideoCodec) {
    this.#codec = codec;
  }

  /** Packets in the order of their numbers; true with the packet that completes the frame. */
  push(packet: { timestamp: number; sequence: number; marker: boolean; payload: Uint8Array }): boolean {
    const parts = keyPartsOf(this.#codec, packet.payload);
    const begins = parts.idr || parts.sps;
    if (packet.timestamp !== this.#timestamp) {
      this.#timestamp = begins ? packet.timestamp : undefined;
      this.#parts = { idr: false, sps: false, pps: false };
    } else if (packet.sequence !== this.#next) this.#timestamp = undefined;
    this.#next = (packet.sequence + 1) & 0xffff;
    if (this.#timestamp === undefined) return false;
    this.#parts = {
      idr: this.#parts.idr || parts.idr,
      sps: this.#parts.sps || parts.sps,
      pps: this.#parts.pps || parts.pps,
    };
    return packet.marker && this.#parts.idr && this.#parts.sps && this.#parts.pps;
  }
}
