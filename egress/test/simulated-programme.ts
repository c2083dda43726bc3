import { initName, type RungName, segmentName } from "../src/hls/names.ts";
import type { PastSegment } from "../src/hls/restore.ts";
import { readPastTimeline } from "../src/hls/restore.ts";
import { type PartInput, Timeline, type TimelineOptions } from "../src/hls/timeline.ts";

const partTicks = 10;
const partsPerSegment = 6;
/** From a picture on stage to its part in the playlist, ms. */
const delayMs = 350;

/**
 * A programme without media: a clock of its own, a compositor that may die, a recorder's files in memory, and the
 * egress process around them that may restart. Time is a number.
 */
export class SimulatedProgramme {
  nowMs = Date.UTC(2026, 0, 1);
  timeline: Timeline;
  readonly options: TimelineOptions;
  readonly files = new Map<number, Buffer>();
  /** Of the rungs, by name. */
  readonly rungFiles = new Map<string, Buffer>();
  /** Rungs that the compositor leaves out now: their parts do not come. */
  readonly left = new Set<RungName>();
  readonly #manifest: PastSegment[] = [];
  #runs = 0;
  /** The compositor's clock, and its next part; null while there is none. */
  #run: { startMs: number; part: number } | null = null;

  constructor(over: Partial<TimelineOptions> = {}) {
    this.options = {
      targetDuration: 2,
      partTarget: 0.3334,
      windowSegments: 8,
      dvrSeconds: 300,
      store: {
        has: (sequence, length) => this.files.get(sequence)?.length === length,
        read: async (sequence, rendition = "main") =>
          rendition === "main"
            ? this.files.get(sequence)
            : this.rungFiles.get(segmentName(sequence, rendition)),
      },
      ...over,
    };
    this.timeline = this.#newTimeline();
  }

  #newTimeline(): Timeline {
    return new Timeline(this.options, (segment) => {
      const { sequence, run, duration, programmeMs, discontinuity, bytes, rungs } = segment;
      for (const [index, rung] of this.#rungs.entries()) {
        const pictures = rungs?.[index];
        if (pictures) this.rungFiles.set(segmentName(sequence, rung), pictures);
      }
      if (!bytes) return;
      this.files.set(sequence, bytes);
      this.#manifest.push({ sequence, run, duration, programmeMs, discontinuity, bytes: bytes.length });
    });
  }

  get #rungs(): readonly RungName[] {
    return this.options.rungs ?? [];
  }

  startCompositor(): void {
    const { endMs } = this.timeline;
    const startMs =
      endMs === null ? this.nowMs - delayMs : Math.max(Math.ceil(endMs), this.nowMs - delayMs - 5000);
    this.#run = { startMs, part: 0 };
    const run = this.#runs++;
    const inits = this.#rungs.map((rung) => Buffer.from(initName(run, rung)));
    for (const [index, rung] of this.#rungs.entries())
      this.rungFiles.set(initName(run, rung), inits[index] ?? Buffer.alloc(0));
    this.timeline.beginRun(Buffer.from(`init ${run}`), inits);
  }

  killCompositor(): void {
    this.#run = null;
    this.timeline.interrupt();
  }

  /** The egress process dies and comes back, with what its files hold. */
  async restart(downMs: number): Promise<void> {
    this.timeline.close();
    this.#run = null;
    this.nowMs += downMs;
    this.timeline = this.#newTimeline();
    const { targetDuration, dvrSeconds, windowSegments } = this.options;
    const past = await readPastTimeline(this.#manifest, {
      ...{ targetDuration, dvrSeconds, windowSegments },
      rungs: { names: this.#rungs, files: new Set(this.rungFiles.keys()) },
      readSegment: async (sequence) => this.files.get(sequence),
      readInit: async (name) => Buffer.from(name),
    });
    this.timeline.restore(past, this.nowMs - delayMs);
  }

  /** Lets time pass; parts come as they are due. `each` is told after every step. */
  advance(ms: number, each: () => void = () => undefined): void {
    const until = this.nowMs + ms;
    while (this.nowMs < until) {
      this.nowMs += 50;
      while (this.#run && this.#dueMs(this.#run) <= this.nowMs - delayMs) this.#emit(this.#run);
      this.timeline.coverUntil(this.nowMs - delayMs);
      each();
    }
  }

  #dueMs({ startMs, part }: { startMs: number; part: number }): number {
    return startMs + ((part + 1) * partTicks * 1000) / 30;
  }

  #emit(run: { startMs: number; part: number }): void {
    const index = run.part++;
    const rungs = this.#rungs.map((rung) => (this.left.has(rung) ? null : Buffer.from([index & 0xff, 1])));
    const at = Math.round(run.startMs + (index * partTicks * 1000) / 30);
    this.timeline.addPart(simulatedPart(index, at, { rungs }));
  }
}

/** The `index`-th part of a run; six to a segment. */
export const simulatedPart = (
  index: number,
  programmeMs: number,
  over: Partial<PartInput> = {},
): PartInput => ({
  bytes: Buffer.from([index & 0xff]),
  duration: partTicks / 30,
  independent: index % partsPerSegment === 0,
  startsSegment: index % partsPerSegment === 0,
  endsSegment: index % partsPerSegment === partsPerSegment - 1,
  programmeMs,
  ...over,
});
