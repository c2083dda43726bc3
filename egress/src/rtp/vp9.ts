import type { PayloadFormat } from "./frames.ts";
import { hideFrame, vp9FrameSize } from "./vp9-header.ts";

/** What a packet's payload descriptor says (RFC 9628 §4.2). */
type Descriptor = {
  /** Where the VP9 data begins. */
  length: number;
  /** The picture is predicted from an earlier one. */
  interPicture: boolean;
  /** First packet of a layer's frame. */
  begins: boolean;
  spatialLayer: number;
};

/** Undefined when it is cut off. */
function readDescriptor(payload: Buffer): Descriptor | undefined {
  let at = 0;
  const next = (): number => payload[at++] ?? Number.NaN;
  const first = next();
  const [hasId, interPicture, hasLayers, flexible] = [0x80, 0x40, 0x20, 0x10].map((bit) => (first & bit) > 0);
  if (hasId && next() & 0x80) next();
  let spatialLayer = 0;
  if (hasLayers) {
    spatialLayer = (next() >> 1) & 0x07;
    // TL0PICIDX is there in non-flexible mode only.
    if (!flexible) next();
  }
  // Up to three reference indices, each telling whether another follows.
  if (flexible && interPicture) for (let i = 0; i < 3 && next() & 0x01; i++);
  if (first & 0x02) at += structureLength(payload, at);
  if (!(at < payload.length)) return undefined;
  return { length: at, interPicture: interPicture === true, begins: (first & 0x08) > 0, spatialLayer };
}

/** Length of the scalability structure at `from` (RFC 9628 §4.2.1). */
function structureLength(payload: Buffer, from: number): number {
  const head = payload[from] ?? 0;
  let at = from + 1;
  if (head & 0x10) at += 4 * ((head >> 5) + 1);
  if (head & 0x08) {
    const pictures = payload[at++] ?? 0;
    for (let i = 0; i < pictures; i++) at += 1 + (((payload[at] ?? 0) >> 2) & 0x03);
  }
  return at - from;
}

/**
 * VP9 in RTP (RFC 9628). A picture of several spatial layers becomes one superframe (VP9 bitstream specification, annex
 * B): the layers' frames one after the other, the last one shown, and an index, from which a decoder finds where each begins.
 */
export const vp9: PayloadFormat = {
  parse(payload) {
    const descriptor = readDescriptor(payload);
    if (!descriptor) return undefined;
    const { length, interPicture, begins, spatialLayer } = descriptor;
    return {
      parts: [payload.subarray(length)],
      startsFrame: begins,
      startsLayer: begins,
      keyframe: begins && !interPicture && spatialLayer === 0,
    };
  },
  join: (layers) =>
    superframe(layers.map((layer, i) => (i < layers.length - 1 && hideFrame(layer)) || layer)),
};

/** At most eight frames fit; each is at most 4 GiB. */
export function superframe(frames: readonly Buffer[]): Buffer {
  const [only] = frames;
  if (only && frames.length === 1) return only;
  const largest = Math.max(...frames.map(({ length }) => length));
  const bytes = largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : largest < 2 ** 24 ? 3 : 4;
  const marker = Buffer.from([0xc0 | ((bytes - 1) << 3) | (frames.length - 1)]);
  const sizes = frames.map(({ length }) => {
    const size = Buffer.alloc(bytes);
    size.writeUIntLE(length, 0, bytes);
    return size;
  });
  return Buffer.concat([...frames, marker, ...sizes, marker]);
}

/** The last frame of a superframe, or the frame itself. */
function lastFrame(data: Buffer): Buffer {
  const marker = data.at(-1) ?? 0;
  if ((marker & 0xe0) !== 0xc0) return data;
  const bytes = ((marker >> 3) & 3) + 1;
  const count = (marker & 7) + 1;
  const index = data.length - 2 - bytes * count;
  if (index < 0 || data[index] !== marker) return data;
  const size = data.readUIntLE(data.length - 1 - bytes, bytes);
  return data.subarray(index - size, index);
}

/** How large the picture is that a key picture shows: its last layer's. Null when its header cannot be read. */
export const vp9Size = (keyPicture: Buffer): { width: number; height: number } | null =>
  vp9FrameSize(lastFrame(keyPicture));
