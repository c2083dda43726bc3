import { type MediaPlaylist, type PlaylistPart, renderMediaPlaylist } from "./playlist.ts";

export type TimelineOptions = {
  /** Seconds. */
  targetDuration: number;
  partTarget: number;
  /** Complete segments listed. */
  windowSegments: number;
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
};

type TimelinePart = PlaylistPart & { bytes: Buffer };
export type TimelineSegment = {
  sequence: number;
  uri: string | null;
  duration: number;
  parts: TimelinePart[];
  programmeMs: number;
  run: number;
  mapUri: string;
  discontinuity: boolean;
  /** Of the whole segment, once it is complete. */
  bytes: Buffer | null;
};

export type PlaylistKind = "low-latency" | "plain";
export type WaitResult = "ready" | "too-far" | "gone";

export const initName = (run: number): string => `init-${run}.mp4`;
export const segmentName = (sequence: number): string => `seg-${sequence}.m4s`;
const partName = (sequence: number, part: number): string => `part-${sequence}-${part}.m4s`;

/**
 * The programme's segments as players see them: the window, the growing segment, and who waits for what comes next. A
 * compositor that was restarted begins a new run: a new initialisation section behind a discontinuity, with the numbers
 * going on. Bytes stay for a second window after a segment has left the playlist (RFC 8216 §6.2.2).
 */
export class Timeline {
  readonly #options: TimelineOptions;
  readonly #onSegment: (segment: TimelineSegment) => void;
  readonly #inits = new Map<string, Buffer>();
  #complete: TimelineSegment[] = [];
  #open: TimelineSegment | null = null;
  #next = 0;
  #run = -1;
  #discontinuity = false;
  #discontinuitiesGone = 0;
  #ended = false;
  #rendered = new Map<PlaylistKind, string>();
  readonly #waiters = new Set<() => void>();

  constructor(options: TimelineOptions, onSegment: (segment: TimelineSegment) => void) {
    this.#options = options;
    this.#onSegment = onSegment;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Runs so far; the next run's number. */
  get runs(): number {
    return this.#run + 1;
  }

  get latest(): TimelineSegment | undefined {
    return this.#complete.at(-1);
  }

  /** Puts back what an earlier life of this process had written. `discontinuitiesGone`: those before the first. */
  restore(past: {
    inits: Map<number, Buffer>;
    segments: TimelineSegment[];
    discontinuitiesGone: number;
  }): void {
    for (const [run, bytes] of past.inits) this.#inits.set(initName(run), bytes);
    this.#run = Math.max(-1, ...past.inits.keys());
    this.#complete = past.segments;
    this.#discontinuitiesGone = past.discontinuitiesGone;
    this.#next = (past.segments.at(-1)?.sequence ?? -1) + 1;
    this.#changed();
  }

  /** A compositor has started. */
  beginRun(init: Buffer): number {
    this.#closeSegment();
    this.#run += 1;
    this.#inits.set(initName(this.#run), init);
    this.#discontinuity = this.#next > 0;
    return this.#run;
  }

  addPart(part: PartInput): void {
    if (part.startsSegment) this.#closeSegment();
    this.#open ??= this.#startSegment(part.programmeMs);
    const segment = this.#open;
    segment.parts.push({
      uri: partName(segment.sequence, segment.parts.length),
      duration: part.duration,
      independent: part.independent,
      bytes: part.bytes,
    });
    segment.duration += part.duration;
    if (part.endsSegment) this.#closeSegment();
    this.#changed();
  }

  /** Nothing more will come. */
  end(): void {
    if (this.#ended) return;
    this.#closeSegment();
    this.#ended = true;
    this.#changed();
  }

  /** Rendered once per change, however many players ask. */
  playlist(kind: PlaylistKind): string {
    let text = this.#rendered.get(kind);
    if (text === undefined) {
      text = renderMediaPlaylist(this.#describe(), kind === "low-latency");
      this.#rendered.set(kind, text);
    }
    return text;
  }

  /** The bytes behind a name in the playlists. */
  file(name: string): Buffer | undefined {
    const init = this.#inits.get(name);
    if (init) return init;
    const [, kind, sequence, part] = /^(seg|part)-(\d+)(?:-(\d+))?\.m4s$/.exec(name) ?? [];
    const number = Number(sequence);
    const segment =
      this.#open?.sequence === number
        ? this.#open
        : this.#complete.find((candidate) => candidate.sequence === number);
    if (!segment) return undefined;
    if (kind === "seg" && part === undefined) return segment.bytes ?? undefined;
    return kind === "part" ? segment.parts[Number(part)]?.bytes : undefined;
  }

  /** Whether `name` is the part that comes next: its request may be held (bis §6.2.2, preload hints). */
  isNextPart(name: string): boolean {
    return !this.#ended && name === this.#nextPartUri();
  }

  /**
   * Blocking reload (bis §6.2.5.2): waits until the playlist holds segment `sequence`, or its part `part`.
   *
   * @returns `too-far`: more than two segments, or three seconds of parts, ahead; `gone`: it did not come in `timeoutMs`
   */
  async waitFor(sequence: number, part: number | null, timeoutMs: number): Promise<WaitResult> {
    const parts = this.#open?.parts.length ?? 0;
    if (sequence > this.#next + 1) return "too-far";
    // The advance part limit (bis §6.2.5.2).
    const { partTarget } = this.#options;
    const ahead = partTarget < 1 ? Math.ceil(3 / partTarget) : 3;
    if (part !== null && sequence === this.#next && part > parts - 1 + ahead) return "too-far";
    return this.#until(() => this.#holds(sequence, part), timeoutMs);
  }

  /** Waits for the next change, for a held part request. */
  waitForFile(name: string, timeoutMs: number): Promise<WaitResult> {
    return this.#until(() => this.file(name) !== undefined, timeoutMs);
  }

  #holds(sequence: number, part: number | null): boolean {
    if (sequence < this.#next) return true;
    if (part === null || sequence > this.#next) return false;
    return part < (this.#open?.parts.length ?? 0);
  }

  async #until(condition: () => boolean, timeoutMs: number): Promise<WaitResult> {
    const deadline = performance.now() + timeoutMs;
    while (!condition()) {
      if (this.#ended) return "ready";
      const left = deadline - performance.now();
      if (left <= 0) return "gone";
      await this.#nextChange(left);
    }
    return "ready";
  }

  #nextChange(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
  }

  /** Wakes everybody who waits; for the end of the process. */
  close(): void {
    this.#ended = true;
    for (const wake of [...this.#waiters]) wake();
  }

  #startSegment(programmeMs: number): TimelineSegment {
    const segment: TimelineSegment = {
      sequence: this.#next,
      uri: null,
      duration: 0,
      parts: [],
      programmeMs,
      run: this.#run,
      mapUri: initName(this.#run),
      discontinuity: this.#discontinuity,
      bytes: null,
    };
    this.#discontinuity = false;
    return segment;
  }

  #closeSegment(): void {
    const segment = this.#open;
    if (!segment) return;
    this.#open = null;
    segment.uri = segmentName(segment.sequence);
    segment.bytes = Buffer.concat(segment.parts.map((part) => part.bytes));
    this.#next = segment.sequence + 1;
    this.#complete.push(segment);
    this.#forget();
    this.#changed();
    this.#onSegment(segment);
  }

  #forget(): void {
    while (this.#complete.length > 2 * this.#options.windowSegments) {
      const gone = this.#complete.shift();
      if (gone?.discontinuity) this.#discontinuitiesGone += 1;
      if (gone && !this.#complete.some((segment) => segment.run === gone.run))
        this.#inits.delete(gone.mapUri);
    }
  }

  #nextPartUri(): string {
    return partName(this.#next, this.#open?.parts.length ?? 0);
  }

  #describe(): MediaPlaylist {
    const { windowSegments, targetDuration, partTarget } = this.#options;
    const window = this.#complete.slice(-windowSegments);
    const left = this.#complete.slice(0, -windowSegments);
    return {
      targetDuration,
      partTarget,
      mediaSequence: window[0]?.sequence ?? this.#next,
      discontinuitySequence:
        this.#discontinuitiesGone +
        left.filter((segment) => segment.discontinuity).length +
        // The tag of the first listed segment is not written; it counts as gone.
        (window[0]?.discontinuity ? 1 : 0),
      segments: this.#open ? [...window, this.#open] : window,
      nextPartUri: this.#ended ? null : this.#nextPartUri(),
      ended: this.#ended,
    };
  }

  #changed(): void {
    this.#rendered = new Map();
    for (const wake of [...this.#waiters]) wake();
  }
}
