import type { PlaylistPart, PlaylistSegment } from "./playlist.ts";
import type { SegmentStore } from "./segment-files.ts";

export type TimelinePart = PlaylistPart & {
  /** Null once the segment has left memory. */
  bytes: Buffer | null;
  /** The same of the rungs, in their order; null where one has none. */
  rungs?: (Buffer | null)[] | null;
};
export type TimelineSegment = Omit<PlaylistSegment, "parts"> & {
  parts: TimelinePart[];
  /** Of the whole segment, while it is in memory and complete. */
  bytes: Buffer | null;
  /** The same of the rungs, in their order. */
  rungs?: (Buffer | null)[] | null;
  /** Of the whole segment, bytes. */
  size: number;
};

export type WindowOptions = {
  /** Seconds. */
  targetDuration: number;
  /** So many target durations are listed at least, and twice as many kept in memory (RFC 8216 §6.2.2). */
  windowSegments: number;
  /** How far back players may go, seconds; 0: no further than `windowSegments`. */
  dvrSeconds: number;
  store: SegmentStore;
};

/** Segments described, but neither listed nor in memory: answers that were given before must be given again. */
const describedBeyond = 30;

/** Seconds; sums of durations are not exact. */
const slack = 0.001;

/** Complete segments, numbered without holes: the latest in memory, those before on disk, as far as players may go back. */
export class SegmentWindow {
  readonly #options: WindowOptions;
  /** Seconds, of what is listed, and of what is in memory. */
  #listedDuration = 0;
  #memoryDuration = 0;
  #segments: TimelineSegment[] = [];
  /** Index of the oldest segment in memory. */
  #inMemory = 0;
  #firstListed = 0;
  #discontinuitiesGone = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Sequence number of the oldest listed segment. */
  get firstListed(): number {
    return this.#firstListed;
  }

  /** Discontinuities before the first listed segment. */
  get discontinuitiesGone(): number {
    return this.#discontinuitiesGone;
  }

  get latest(): TimelineSegment | undefined {
    return this.#segments.at(-1);
  }

  /** Oldest run that may still be asked for. */
  get oldestRun(): number {
    return this.#segments[0]?.run ?? Number.POSITIVE_INFINITY;
  }

  get(sequence: number): TimelineSegment | undefined {
    return this.#segments[sequence - (this.#segments[0]?.sequence ?? 0)];
  }

  /** Segments from one number to another, the latter left out. */
  range(from: number, until: number): TimelineSegment[] {
    const first = this.#segments[0]?.sequence ?? 0;
    return this.#segments.slice(Math.max(0, from - first), Math.max(0, until - first));
  }

  /** Fills an empty window with what was written before. @param discontinuitiesGone those before the first */
  restore(segments: TimelineSegment[], discontinuitiesGone: number): void {
    this.#discontinuitiesGone = discontinuitiesGone;
    this.#firstListed = segments[0]?.sequence ?? 0;
    for (const segment of segments) this.push(segment);
  }

  push(segment: TimelineSegment): void {
    if (this.#segments.length === 0) this.#firstListed = segment.sequence;
    this.#segments.push(segment);
    this.#listedDuration += segment.duration;
    this.#memoryDuration += segment.duration;
    this.#leaveMemory();
    const least = Math.max(this.#leastDuration, this.#options.dvrSeconds);
    while (this.#listedDuration - (this.get(this.#firstListed)?.duration ?? 0) >= least - slack)
      this.#unlistFirst();
    while ((this.#segments[0]?.sequence ?? 0) < this.#firstListed - describedBeyond && this.#inMemory > 0) {
      this.#segments.shift();
      this.#inMemory -= 1;
    }
  }

  /** The files are gone: what is not in memory is not listed any more. */
  forgetStored(): void {
    const lost = this.#segments.findLast((segment) => segment.bytes === null && !segment.gap);
    while (lost && this.#firstListed <= lost.sequence) this.#unlistFirst();
  }

  #leaveMemory(): void {
    for (;;) {
      const segment = this.#segments[this.#inMemory];
      if (!segment || this.#memoryDuration - segment.duration < 2 * this.#leastDuration - slack) return;
      this.#inMemory += 1;
      this.#memoryDuration -= segment.duration;
      if (segment.bytes === null) continue;
      segment.bytes = null;
      segment.rungs = null;
      for (const part of segment.parts) {
        part.bytes = null;
        part.rungs = null;
      }
      if (this.#options.dvrSeconds > 0 && this.#options.store.has(segment.sequence, segment.size)) continue;
      // A disk that failed, or no rewinding: the window begins behind it.
      while (this.#firstListed <= segment.sequence) this.#unlistFirst();
    }
  }

  /** Seconds. */
  get #leastDuration(): number {
    return this.#options.windowSegments * this.#options.targetDuration;
  }

  #unlistFirst(): void {
    const segment = this.get(this.#firstListed);
    if (!segment) return;
    this.#firstListed += 1;
    this.#listedDuration -= segment.duration;
    if (segment.discontinuity) this.#discontinuitiesGone += 1;
  }
}
