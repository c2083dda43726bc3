import { initName, type RungName, segmentName } from "./names.ts";
import type { TimelineSegment } from "./segment-window.ts";
import type { PastTimeline } from "./timeline.ts";

/** What was written of a segment, as the recorder's manifest has it. */
export type PastSegment = {
  sequence: number;
  run: number;
  /** Seconds. */
  duration: number;
  programmeMs: number;
  discontinuity: boolean;
  bytes: number;
};

export type PastOptions = {
  /** Seconds to go back at most, and segments to have in memory. */
  dvrSeconds: number;
  windowSegments: number;
  targetDuration: number;
  readSegment: (sequence: number) => Promise<Buffer | undefined>;
  readInit: (name: string) => Promise<Buffer>;
  /** Smaller renditions, and which of their files there are. */
  rungs?: { names: readonly RungName[]; files: ReadonlySet<string> };
};

/** The end of a time line as its files have it. Numbers that are missing were gaps, and are again. */
export async function readPastTimeline(
  written: readonly PastSegment[],
  options: PastOptions,
): Promise<PastTimeline> {
  const from = firstKept(written, options);
  const inMemory = written.length - options.windowSegments;
  const segments: TimelineSegment[] = [];
  for (const [index, line] of written.entries()) {
    if (index < from) continue;
    segments.push(...gapsBetween(segments.at(-1), line, options.targetDuration));
    const bytes = index >= inMemory ? ((await options.readSegment(line.sequence)) ?? null) : null;
    segments.push({ ...described(line, bytes), without: lackingOf(line.sequence, options) });
  }
  const inits = new Map<number, Buffer>();
  for (const { run } of segments) if (!inits.has(run)) inits.set(run, await options.readInit(initName(run)));
  const discontinuitiesGone = written.slice(0, from).filter(({ discontinuity }) => discontinuity).length;
  const rungInits = new Map<string, Buffer>();
  for (const { run } of segments)
    for (const rung of options.rungs?.names ?? []) {
      const name = initName(run, rung);
      if (options.rungs?.files.has(name) && !rungInits.has(name))
        rungInits.set(name, await options.readInit(name));
    }
  return { inits, rungInits, segments, discontinuitiesGone };
}

const lackingOf = (sequence: number, { rungs }: PastOptions): RungName[] =>
  rungs?.names.filter((rung) => !rungs.files.has(segmentName(sequence, rung))) ?? [];

/** Index of the first segment that players may still go back to. */
function firstKept(written: readonly PastSegment[], { dvrSeconds, windowSegments }: PastOptions): number {
  const last = written.at(-1);
  if (!last) return 0;
  const end = last.programmeMs + last.duration * 1000;
  const within = written.findIndex(({ programmeMs }) => end - programmeMs <= dvrSeconds * 1000);
  return Math.max(0, Math.min(within < 0 ? written.length : within, written.length - windowSegments));
}

function described(line: PastSegment, bytes: Buffer | null): TimelineSegment {
  const { sequence, run, duration, programmeMs, discontinuity } = line;
  const common = { sequence, run, duration, programmeMs, discontinuity };
  return { ...common, complete: true, gap: false, parts: [], bytes, size: line.bytes };
}

/** All but the first are as long as the target duration, and the next run begins where the last of them ends. */
function gapsBetween(
  before: TimelineSegment | undefined,
  next: PastSegment,
  targetDuration: number,
): TimelineSegment[] {
  if (!before) return [];
  const gaps: TimelineSegment[] = [];
  const count = next.sequence - before.sequence - 1;
  let from = before.programmeMs + before.duration * 1000;
  for (let index = 0; index < count; index += 1) {
    const left = (next.programmeMs - from) / 1000 - (count - 1 - index) * targetDuration;
    const duration = Math.max(0.001, index === 0 ? Math.min(left, targetDuration + 0.001) : targetDuration);
    gaps.push({
      sequence: before.sequence + 1 + index,
      run: before.run,
      duration,
      programmeMs: from,
      discontinuity: false,
      complete: true,
      gap: true,
      parts: [],
      bytes: null,
      size: 0,
    });
    from += duration * 1000;
  }
  return gaps;
}
