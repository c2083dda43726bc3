import type { ListedRange, RemovedRange } from "./date-ranges.ts";
import type { Rendition } from "./names.ts";
import { type PlaylistForm, type PlaylistSegment, renderMediaPlaylist } from "./playlist.ts";

/** A playlist as it stood at one moment: enough to write it again, in any form, once for all who ask. */
type Version = {
  /** First segment listed. */
  first: number;
  discontinuitySequence: number;
  /** The first segment that is not complete, and how many parts it has. */
  next: number;
  parts: number;
  ended: boolean;
  dateRanges: readonly ListedRange[];
  removedRanges: readonly RemovedRange[];
  rendered: Map<string, Buffer>;
};

export type VersionState = Omit<Version, "rendered">;

export type VersionsOptions = {
  targetDuration: number;
  partTarget: number;
  /** Complete segments from one number to another, the latter left out. */
  range: (from: number, until: number) => readonly PlaylistSegment[];
  /** A segment by its number, growing or complete. */
  segment: (sequence: number) => PlaylistSegment | undefined;
  renditions: readonly Rendition[];
};

/** Asked for by `_HLS_msn` and `_HLS_part`. */
export type Wanted = { sequence: number; part: number | null };

/** For as many versions the answer to a blocking request is still what it was at first. */
const keptVersions = 64;

/**
 * The versions of a playlist. The answer to a blocking request is the first version that held what was asked for, and
 * stays so: caches may keep it, and whoever asks late gets the same bytes (bis §6.2.5.2).
 */
export class Versions {
  readonly #options: VersionsOptions;
  #versions: Version[] = [];
  #dropped = false;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  add(state: VersionState): void {
    this.#versions.push({ ...state, rendered: new Map() });
    if (this.#versions.length <= keptVersions) return;
    this.#versions.shift();
    this.#dropped = true;
  }

  /** Whether the newest version holds it. */
  holds(wanted: Wanted): boolean {
    const newest = this.#versions.at(-1);
    return newest !== undefined && holds(newest, this.#normalise(wanted));
  }

  /**
   * @param wanted null: the newest version
   * @returns `fixed`: whoever asks the same will be answered the same
   */
  answer(wanted: Wanted | null, form: PlaylistForm): { body: Buffer; fixed: boolean } {
    const newest = this.#versions.at(-1);
    if (!newest) throw new Error("there is no version yet");
    if (!wanted) return { body: this.#render(newest, form), fixed: false };
    const exact = this.#normalise(wanted);
    let index = this.#versions.length - 1;
    while (index > 0 && holds(this.#versions[index - 1] as Version, exact)) index -= 1;
    const first = this.#versions[index] as Version;
    // Of versions not kept any more nobody can tell which was the first.
    if (!holds(first, exact) || (index === 0 && this.#dropped))
      return { body: this.#render(newest, form), fixed: false };
    return { body: this.#render(first, form), fixed: true };
  }

  /** A part behind the last of its segment is the first of the next one (bis §6.2.5.2). */
  #normalise(wanted: Wanted): Wanted {
    const segment = this.#options.segment(wanted.sequence);
    if (wanted.part === null || !segment?.complete || wanted.part < segment.parts.length) return wanted;
    return { sequence: wanted.sequence + 1, part: 0 };
  }

  #render(version: Version, form: PlaylistForm): Buffer {
    const key = `${form.rendition} ${form.lowLatency} ${form.delta} ${form.skipRanges === true}`;
    const known = version.rendered.get(key);
    if (known) return known;
    const body = Buffer.from(this.#write(version, form));
    version.rendered.set(key, body);
    return body;
  }

  #write(version: Version, form: PlaylistForm): string {
    const { targetDuration, partTarget, range, segment, renditions } = this.#options;
    const { first, next, parts, ended, discontinuitySequence, dateRanges, removedRanges } = version;
    const segments = [...range(first, next)];
    const growing = parts > 0 ? segment(next) : undefined;
    if (growing) segments.push(asItGrew(growing, parts));
    return renderMediaPlaylist(
      {
        targetDuration,
        partTarget,
        mediaSequence: first,
        discontinuitySequence,
        segments,
        nextPart: ended ? null : { sequence: next, part: parts },
        ended,
        renditions,
        dateRanges,
        removedRanges,
      },
      form,
    );
  }
}

/** A segment when it had so many parts. */
function asItGrew(segment: PlaylistSegment, parts: number): PlaylistSegment {
  const had = segment.parts.slice(0, parts);
  const duration = had.reduce((sum, part) => sum + part.duration, 0);
  return { ...segment, complete: false, parts: had, duration, without: [] };
}

function holds(version: Version, { sequence, part }: Wanted): boolean {
  if (version.ended || sequence < version.next) return true;
  return part !== null && sequence === version.next && part < version.parts;
}
