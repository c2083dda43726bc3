import { initName, type MediaName, type RungName } from "./names.ts";
import type { SegmentStore } from "./segment-files.ts";
import type { TimelinePart, TimelineSegment } from "./segment-window.ts";

/** The smaller renditions of a time line: the same parts and segments, or none where a rung had no pictures. */
export class Rungs {
  /** Largest first. */
  readonly names: readonly RungName[];
  readonly #inits = new Map<string, Buffer>();

  constructor(names: readonly RungName[]) {
    this.names = names;
  }

  /** What an earlier life had written, by name. */
  restore(inits: ReadonlyMap<string, Buffer>): void {
    for (const [name, bytes] of inits) this.#inits.set(name, bytes);
  }

  beginRun(run: number, inits: readonly Buffer[]): void {
    for (const [index, bytes] of inits.entries()) {
      const rung = this.names[index];
      if (rung) this.#inits.set(initName(run, rung), bytes);
    }
  }

  forgetRun(run: number): void {
    for (const rung of this.names) this.#inits.delete(initName(run, rung));
  }

  /** A new part in every rung. @param parts in the order of the names; null where there is none */
  part(parts: readonly (Buffer | null)[] = []): Pick<TimelinePart, "rungs" | "without"> {
    const rungs = this.names.map((_, index) => parts[index] ?? null);
    return { rungs, without: this.names.filter((_, index) => !rungs[index]) };
  }

  /** Joins each rung's parts; one that lacks any of them has none of the segment. */
  complete(segment: TimelineSegment): void {
    const rungs = this.names.map((_, index) => join(segment, index));
    segment.rungs = rungs;
    segment.without = this.names.filter((_, index) => !rungs[index]);
  }

  async file(
    media: MediaName,
    { rung, segment, store }: { rung: RungName; segment: TimelineSegment | undefined; store: SegmentStore },
  ): Promise<Buffer | undefined> {
    if (media.kind === "init") return this.#inits.get(initName(media.run, rung));
    const index = this.names.indexOf(rung);
    if (!segment || index < 0) return undefined;
    if (media.kind === "part") return segment.parts[media.part]?.rungs?.[index] ?? undefined;
    if (!segment.complete || segment.gap || segment.without?.includes(rung)) return undefined;
    return segment.rungs?.[index] ?? store.read(media.sequence, rung);
  }
}

/** A rung's whole segment; its parts are then views on that. */
function join({ parts }: TimelineSegment, index: number): Buffer | null {
  const pieces = parts.flatMap(({ rungs }) => rungs?.[index] ?? []);
  if (pieces.length < parts.length) return null;
  const bytes = Buffer.concat(pieces);
  let at = 0;
  for (const part of parts) {
    const length = part.rungs?.[index]?.length ?? 0;
    if (part.rungs) part.rungs[index] = bytes.subarray(at, at + length);
    at += length;
  }
  return bytes;
}
