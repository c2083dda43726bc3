import { soundOf, soundOfInit } from "../fmp4/index.ts";
import { type DateRange, DateRangeList } from "./date-ranges.ts";
import { type MediaName, parseMediaName, partName, type Rendition, type RungName } from "./names.ts";
import type { PlaylistForm } from "./playlist.ts";
import { Rungs } from "./rungs.ts";
import type { SegmentStore } from "./segment-files.ts";
import { SegmentWindow, type TimelineSegment } from "./segment-window.ts";
import { Versions, type Wanted } from "./versions.ts";
import { WaitSet } from "./wait-set.ts";

export type TimelineOptions = {
  /** Seconds. */
  targetDuration: number;
  partTarget: number;
  /** Complete segments listed at least. */
  windowSegments: number;
  /** How far back players may go, seconds. */
  dvrSeconds: number;
  /** Where segments are when they have left memory. */
  store: SegmentStore;
  /** Smaller renditions, largest first. */
  rungs?: readonly RungName[];
};

/** A part as the compositor hands it over. */
export type PartInput = {
  bytes: Buffer;
  /** Seconds. */
  duration: number;
  independent: boolean;
  startsSegment: boolean;
  endsSegment: boolean;
  /** Programme time of its first picture, epoch ms. */
  programmeMs: number;
  /** The same part of each rung, in their order; null where one has no pictures for it. */
  rungs?: readonly (Buffer | null)[];
};

/** What an earlier life of the process had written. */
export type PastTimeline = {
  inits: Map<number, Buffer>;
  rungInits: Map<string, Buffer>;
  /** Numbered without holes. */
  segments: TimelineSegment[];
  /** Discontinuities before the first of them. */
  discontinuitiesGone: number;
};

export type WaitResult = "ready" | "too-far" | "gone";

/** Nothing came for this many target durations: the time is listed as missing, so that a new playlist is there within 1.5. */
const missingAfter = 1.25;

/**
 * The programme's segments as players see them: the window, the growing segment, and who waits for what comes next. A
 * compositor that was restarted begins a new run: a new initialisation section behind a discontinuity, with the numbers
 * going on. While there is none, time goes on as gaps.
 */
export class Timeline {
  readonly #options: TimelineOptions;
  readonly #onSegment: (segment: TimelineSegment) => void;
  readonly #window: SegmentWindow;
  readonly #versions: Versions;
  readonly #waiters = new WaitSet();
  readonly #inits = new Map<number, Buffer>();
  readonly #rungs: Rungs;
  readonly #ranges = new DateRangeList();
  /** Sound taken out of what was asked for, by the bytes it was in. */
  readonly #sound = new WeakMap<Buffer, Buffer>();
  #open: TimelineSegment | null = null;
  #next = 0;
  #run = -1;
  /** Programme time at which it ends, epoch ms; null before the first part. */
  #endMs: number | null = null;
  #discontinuity = false;
  /** Parts are on their way; otherwise what does not come is listed as missing. */
  #flowing = false;
  /** Until a segment begins here, epoch ms: what comes is for time that was already listed as missing. */
  #coveredMs: number | null = null;
  #ended = false;
  #closed = false;

  constructor(options: TimelineOptions, onSegment: (segment: TimelineSegment) => void) {
    this.#options = options;
    this.#onSegment = onSegment;
    this.#window = new SegmentWindow(options);
    const { targetDuration, partTarget, rungs = [] } = options;
    this.#rungs = new Rungs(rungs);
    this.#versions = new Versions({
      targetDuration,
      partTarget,
      range: (from, until) => this.#window.range(from, until),
      segment: (sequence) => this.#segment(sequence),
      renditions: this.renditions,
    });
    this.#changed();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** In the order in which players are told of them. */
  get renditions(): readonly Rendition[] {
    return ["main", ...this.#rungs.names, "audio"];
  }

  get latest(): TimelineSegment | undefined {
    return this.#window.latest;
  }

  /** Programme time at which the time line ends, gaps included, epoch ms; null while it is empty. */
  get endMs(): number | null {
    return this.#endMs;
  }

  /**
   * Puts back what an earlier life had written. Whatever came after it is lost, and its numbers may be in caches: a gap
   * takes the first of them.
   *
   * @param nowMs programme time, epoch ms
   */
  restore(past: PastTimeline, nowMs: number): void {
    for (const [run, bytes] of past.inits) this.#inits.set(run, bytes);
    this.#rungs.restore(past.rungInits);
    this.#run = Math.max(-1, ...past.inits.keys());
    this.#window.restore(past.segments, past.discontinuitiesGone);
    const last = past.segments.at(-1);
    if (last) {
      this.#next = last.sequence + 1;
      this.#endMs = last.programmeMs + last.duration * 1000;
      const missing = (nowMs - this.#endMs) / 1000;
      this.#addGap(Math.min(this.#options.targetDuration, Math.max(0.1, missing)));
      this.coverUntil(nowMs);
    }
    this.#changed();
  }

  /** A compositor has started. @param rungInits of the rungs, in their order */
  beginRun(init: Buffer, rungInits: readonly Buffer[] = []): number {
    this.#closeSegment();
    this.#flowing = true;
    this.#run += 1;
    this.#inits.set(this.#run, init);
    this.#rungs.beginRun(this.#run, rungInits);
    this.#discontinuity = this.#next > 0;
    return this.#run;
  }

  /** The compositor has gone: what is there of its segment is one, and more of it will not come. */
  interrupt(): void {
    this.#flowing = false;
    this.#closeSegment();
  }

  /** Lists time that has passed without media as gaps, while no compositor runs. @param nowMs programme time, epoch ms */
  coverUntil(nowMs: number): void {
    if (this.#flowing || this.#ended) return;
    const { targetDuration } = this.#options;
    while (this.#endMs !== null && nowMs - this.#endMs >= missingAfter * targetDuration * 1000)
      this.#addGap(targetDuration);
  }

  addPart(part: PartInput): void {
    if (this.#ended || this.#isCovered(part)) return;
    if (part.startsSegment) this.#closeSegment();
    this.#open ??= this.#startSegment(part.programmeMs);
    const segment = this.#open;
    const { duration, independent, bytes } = part;
    segment.parts.push({ duration, independent, bytes, ...this.#rungs.part(part.rungs) });
    segment.duration += duration;
    // From the segment's beginning, as it is told after a restart.
    this.#endMs = segment.programmeMs + segment.duration * 1000;
    if (part.endsSegment) this.#closeSegment();
    else this.#changed();
  }

  /** What happens in the programme, all of it: stands in the playlists from the next version on. */
  tell(ranges: readonly DateRange[]): void {
    this.#ranges.want(ranges);
  }

  /** Nothing more will come. */
  end(): void {
    if (this.#ended) return;
    this.#closeSegment();
    this.#ended = true;
    this.#changed();
  }

  /** The files of old segments are gone: rewinding ends at what is in memory. */
  forgetStored(): void {
    this.#window.forgetStored();
    this.#changed();
  }

  /** Rendered once per version and form, however many players ask. @param wanted null: as it stands now */
  playlist(form: PlaylistForm, wanted: Wanted | null = null): { body: Buffer; fixed: boolean } {
    return this.#versions.answer(wanted, form);
  }

  /** The bytes behind a name in the playlists. */
  async file(name: string): Promise<Buffer | undefined> {
    const media = parseMediaName(name);
    if (!media) return undefined;
    const { rendition: rung } = media;
    if (rung !== "main" && rung !== "audio") {
      const segment = media.kind === "init" ? undefined : this.#segment(media.sequence);
      return this.#rungs.file(media, { rung, segment, store: this.#options.store });
    }
    const bytes = await this.#bytes(media);
    return bytes && media.rendition === "audio" ? this.#soundOf(media.kind, bytes) : bytes;
  }

  /**
   * Blocking reload (bis §6.2.5.2): waits until the playlist holds segment `sequence`, or its part `part`.
   *
   * @returns `too-far`: more than two segments, or three seconds of parts, ahead; `gone`: it did not come in `timeoutMs`
   */
  async waitFor(wanted: Wanted, timeoutMs: number): Promise<WaitResult> {
    if (!this.#ended && this.#isTooFar(wanted)) return "too-far";
    const met = await this.#waiters.until(() => this.#closed || this.#versions.holds(wanted), timeoutMs);
    return met && !this.#closed ? "ready" : "gone";
  }

  /** Waits for a part that a preload hint has named, as long as it may still come (bis §6.2.2). */
  async waitForFile(name: string, timeoutMs: number): Promise<void> {
    await this.#waiters.until(() => !this.#isNextPart(name), timeoutMs);
  }

  /** Lets everybody who waits go; for the end of the process. */
  close(): void {
    this.#closed = true;
    this.#waiters.wake();
  }

  #isNextPart(name: string): boolean {
    if (this.#closed || this.#ended) return false;
    const next = [this.#next, this.#open?.parts.length ?? 0] as const;
    return this.renditions.some((rendition) => name === partName(...next, rendition));
  }

  #isTooFar({ sequence, part }: Wanted): boolean {
    if (sequence > this.#next + 1) return true;
    if (part === null || sequence < this.#next) return false;
    // The advance part limit (bis §6.2.5.2).
    const { partTarget } = this.#options;
    const ahead = partTarget < 1 ? Math.ceil(3 / partTarget) : 3;
    const here = sequence === this.#next ? (this.#open?.parts.length ?? 0) : 0;
    return part > here - 1 + ahead;
  }

  #segment(sequence: number): TimelineSegment | undefined {
    return this.#open?.sequence === sequence ? this.#open : this.#window.get(sequence);
  }

  async #bytes(media: MediaName): Promise<Buffer | undefined> {
    if (media.kind === "init") return this.#inits.get(media.run);
    const segment = this.#segment(media.sequence);
    if (!segment) return undefined;
    if (media.kind === "part") return segment.parts[media.part]?.bytes ?? undefined;
    if (!segment.complete || segment.gap) return undefined;
    return segment.bytes ?? this.#options.store.read(media.sequence);
  }

  #soundOf(kind: MediaName["kind"], bytes: Buffer): Buffer {
    const known = this.#sound.get(bytes);
    if (known) return known;
    const sound = kind === "init" ? soundOfInit(bytes) : soundOf(bytes);
    this.#sound.set(bytes, sound);
    return sound;
  }

  /** A new run catches up with the time since the last one ended; part of that may be listed as missing by now. */
  #isCovered(part: PartInput): boolean {
    if (this.#coveredMs === null) return false;
    // Both are sums of rounded times.
    if (!part.startsSegment || part.programmeMs < this.#coveredMs - 20) return true;
    this.#coveredMs = null;
    return false;
  }

  #addGap(duration: number): void {
    const from = this.#endMs ?? 0;
    // To the millisecond, as a run begins: so that its length can be told from what follows it, after a restart too.
    const until = Math.ceil(from + duration * 1000 - 1e-6);
    const segment = this.#startSegment(from);
    this.#window.push({ ...segment, complete: true, gap: true, duration: (until - from) / 1000 });
    this.#next = segment.sequence + 1;
    this.#endMs = until;
    this.#coveredMs = until;
    this.#changed();
  }

  #startSegment(programmeMs: number): TimelineSegment {
    const segment: TimelineSegment = {
      sequence: this.#next,
      complete: false,
      duration: 0,
      parts: [],
      programmeMs,
      run: this.#run,
      discontinuity: this.#discontinuity,
      gap: false,
      bytes: null,
      size: 0,
    };
    this.#discontinuity = false;
    return segment;
  }

  #closeSegment(): void {
    const segment = this.#open;
    if (!segment) return;
    this.#open = null;
    const bytes = Buffer.concat(segment.parts.map((part) => part.bytes ?? Buffer.alloc(0)));
    let at = 0;
    for (const part of segment.parts) {
      // The same bytes once.
      const length = part.bytes?.length ?? 0;
      part.bytes = bytes.subarray(at, at + length);
      at += length;
    }
    segment.bytes = bytes;
    segment.size = bytes.length;
    this.#rungs.complete(segment);
    segment.complete = true;
    this.#next = segment.sequence + 1;
    this.#window.push(segment);
    for (const run of this.#inits.keys())
      if (run < this.#window.oldestRun && run !== this.#run) {
        this.#inits.delete(run);
        this.#rungs.forgetRun(run);
      }
    this.#changed();
    this.#onSegment(segment);
  }

  #changed(): void {
    const fromMs = this.#segment(this.#window.firstListed)?.programmeMs ?? 0;
    // Twice what a delta may leave out: what is gone is told of in every one that may miss it.
    const keepMs = 12_000 * this.#options.targetDuration;
    const ranges = this.#ranges.version({ fromMs, endMs: this.#endMs ?? 0 }, keepMs);
    this.#versions.add({
      dateRanges: ranges.listed,
      removedRanges: ranges.removed,
      first: this.#window.firstListed,
      discontinuitySequence: this.#window.discontinuitiesGone,
      next: this.#next,
      parts: this.#open?.parts.length ?? 0,
      ended: this.#ended,
    });
    this.#waiters.wake();
  }
}

export const lowLatency = (rendition: Rendition = "main", delta = false): PlaylistForm => ({
  rendition,
  lowLatency: true,
  delta,
});
export const plain = (rendition: Rendition = "main", delta = false): PlaylistForm => ({
  rendition,
  lowLatency: false,
  delta,
});
