/** Media playlists (RFC 8216, draft-pantos-hls-rfc8216bis), written from plain values: no clock, no I/O. */
import type { ListedRange, RemovedRange } from "./date-ranges.ts";
import { initName, liveName, partName, type Rendition, type RungName, segmentName } from "./names.ts";

export type PlaylistPart = {
  /** Seconds. */
  duration: number;
  independent: boolean;
  /** Rungs that have no pictures for it. */
  without?: readonly RungName[];
};

/** A segment, complete or still growing. Once complete it does not change. */
export type PlaylistSegment = {
  sequence: number;
  complete: boolean;
  /** Seconds, of all parts so far. */
  duration: number;
  parts: readonly PlaylistPart[];
  /** Programme time of its first picture, epoch ms. */
  programmeMs: number;
  /** Its initialisation section is that of this run. */
  run: number;
  /** Timestamps or coding do not continue from the segment before. */
  discontinuity: boolean;
  /** There is no media for this time (EXT-X-GAP, bis §4.4.4.7). */
  gap: boolean;
  /** Rungs for which it is a gap: they have not all of it. */
  without?: readonly RungName[];
};

export type MediaPlaylist = {
  /** Whole seconds; never changes while a playlist lives. */
  targetDuration: number;
  /** Seconds; no part is longer. */
  partTarget: number;
  /** Number of the first segment listed. */
  mediaSequence: number;
  /** Discontinuities that have left the window with their segments. */
  discontinuitySequence: number;
  /** Oldest first; only the last may be growing. */
  segments: readonly PlaylistSegment[];
  /** The part that will come next. */
  nextPart: { sequence: number; part: number } | null;
  ended: boolean;
  /** All that there are beside one another; each tells of the others. */
  renditions: readonly Rendition[];
  /** What happens in the programme. */
  dateRanges: readonly ListedRange[];
  /** Those that are gone since the Skip Boundary, at least. */
  removedRanges: readonly RemovedRange[];
};

export type PlaylistForm = {
  rendition: Rendition;
  /** With parts, hints and blocking reload; without: whole segments only, for other players and caches. */
  lowLatency: boolean;
  /** Leave out what the player knows already (Playlist Delta Update, bis §6.2.5.1). */
  delta: boolean;
  /** Leave out in a delta what was said of the programme before the Skip Boundary, too (`_HLS_skip=v2`). */
  skipRanges?: boolean;
};

const seconds = (value: number): string => value.toFixed(5).replace(/0+$/, "").replace(/\.$/, ".0");

/** Parts are listed for this many target durations before the live edge (bis §6.2.2 asks for at least three). */
const partWindow = 3;
/** Segments that end this many target durations before the end may be skipped; six are the least (bis §4.4.3.8). */
const skipBoundary = 6;

export function renderMediaPlaylist(playlist: MediaPlaylist, form: PlaylistForm): string {
  const listed = form.lowLatency ? playlist.segments : playlist.segments.filter(({ complete }) => complete);
  const skipped = form.delta ? skippable(listed, playlist.targetDuration) : 0;
  const skipRanges = skipped > 0 && form.skipRanges === true;
  const lines = header(playlist, form, skipRanges);
  lines.push(...rangeLines(playlist, skipped, skipRanges));
  const withParts = form.lowLatency
    ? firstWithin(listed, partWindow * playlist.targetDuration)
    : listed.length;
  for (let index = skipped; index < listed.length; index += 1) {
    const segment = listed[index] as PlaylistSegment;
    if (!segment.complete && segment.parts.length === 0) continue;
    if (segment.discontinuity) lines.push("#EXT-X-DISCONTINUITY");
    if (segment.run !== listed[index - 1]?.run)
      lines.push(`#EXT-X-MAP:URI="${initName(segment.run, form.rendition)}"`);
    lines.push(segmentLines(segment, form.rendition, index >= withParts));
  }
  if (playlist.ended) lines.push("#EXT-X-ENDLIST");
  else if (form.lowLatency) lines.push(...tail(playlist, form));
  return `${lines.join("\n")}\n`;
}

/** What is left out of a delta, and what happens in the programme (bis §4.4.5.1, §4.4.5.2, §6.2.5.1). */
function rangeLines(playlist: MediaPlaylist, skipped: number, skipRanges: boolean): string[] {
  const { dateRanges, removedRanges, segments, targetDuration } = playlist;
  if (skipped === 0) return dateRanges.map(({ text }) => text);
  const last = segments.at(-1);
  const endMs = last ? last.programmeMs + last.duration * 1000 : 0;
  const boundaryMs = endMs - skipBoundary * targetDuration * 1000;
  const removed = removedRanges.filter(({ atMs }) => atMs >= boundaryMs).map(({ id }) => id);
  const gone = skipRanges ? `,RECENTLY-REMOVED-DATERANGES="${removed.join("\t")}"` : "";
  const told = dateRanges.filter(({ changedMs }) => !skipRanges || changedMs >= boundaryMs);
  return [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}${gone}`, ...told.map(({ text }) => text)];
}

function header(playlist: MediaPlaylist, { lowLatency }: PlaylistForm, skipRanges: boolean): string[] {
  const { targetDuration, partTarget } = playlist;
  // A little over three parts: exactly three would be under it once rounded.
  const partHoldBack = Math.ceil(partTarget * 3 * 1000 + 1) / 1000;
  const control = [
    // Whole segments too: a player that need not look for the next one plays up to a target duration nearer to live.
    "CAN-BLOCK-RELOAD=YES",
    ...(lowLatency ? [`PART-HOLD-BACK=${seconds(partHoldBack)}`] : []),
    `HOLD-BACK=${seconds(3 * targetDuration)}`,
    `CAN-SKIP-UNTIL=${seconds(skipBoundary * targetDuration)}`,
    "CAN-SKIP-DATERANGES=YES",
  ];
  return [
    "#EXTM3U",
    // 9 for EXT-X-SKIP, 10 when it stands for date ranges (bis §8).
    `#EXT-X-VERSION:${skipRanges ? 10 : 9}`,
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`,
    `#EXT-X-SERVER-CONTROL:${control.join(",")}`,
    ...(lowLatency ? [`#EXT-X-PART-INF:PART-TARGET=${seconds(partTarget)}`] : []),
  ];
}

/** What was written of complete segments: hours of them are listed again with every part. */
const written = new WeakMap<PlaylistSegment, Map<string, string>>();

function segmentLines(segment: PlaylistSegment, rendition: Rendition, withParts: boolean): string {
  if (!segment.complete) return writeSegment(segment, rendition, withParts);
  const known = written.get(segment) ?? new Map<string, string>();
  written.set(segment, known);
  const key = `${rendition} ${withParts}`;
  const text = known.get(key) ?? writeSegment(segment, rendition, withParts);
  known.set(key, text);
  return text;
}

const lacks = ({ without }: { without?: readonly RungName[] }, rendition: Rendition): boolean =>
  without?.some((rung) => rung === rendition) ?? false;

function writeSegment(segment: PlaylistSegment, rendition: Rendition, withParts: boolean): string {
  const { sequence } = segment;
  const lines = [`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programmeMs).toISOString()}`];
  if (segment.gap || lacks(segment, rendition)) lines.push("#EXT-X-GAP");
  if (withParts)
    for (const [index, part] of segment.parts.entries()) {
      const missing = lacks(part, rendition);
      // Every frame of sound stands by itself.
      const begins = !missing && (part.independent || rendition === "audio") ? ",INDEPENDENT=YES" : "";
      const uri = partName(sequence, index, rendition);
      lines.push(
        `#EXT-X-PART:DURATION=${seconds(part.duration)},URI="${uri}"${begins}${missing ? ",GAP=YES" : ""}`,
      );
    }
  if (segment.complete) lines.push(`#EXTINF:${seconds(segment.duration)},`, segmentName(sequence, rendition));
  return lines.join("\n");
}

/** What comes next here, and how far the other renditions are (bis §4.4.5). */
function tail({ nextPart, segments, renditions }: MediaPlaylist, { rendition }: PlaylistForm): string[] {
  const lines: string[] = [];
  if (nextPart)
    lines.push(
      `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partName(nextPart.sequence, nextPart.part, rendition)}"`,
    );
  const last = segments.findLast(({ complete, parts }) => complete || parts.length > 0);
  if (!last) return lines;
  const lastPart = last.parts.length > 0 ? `,LAST-PART=${last.parts.length - 1}` : "";
  for (const other of renditions)
    if (other !== rendition)
      lines.push(`#EXT-X-RENDITION-REPORT:URI="${liveName(other)}",LAST-MSN=${last.sequence}${lastPart}`);
  return lines;
}

/** Index of the oldest segment that begins less than `reach` seconds before the end, or at it; 0 when all do. */
function firstWithin(segments: readonly PlaylistSegment[], reach: number): number {
  let behind = 0;
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    behind += segments[index]?.duration ?? 0;
    if (behind >= reach) return index;
  }
  return 0;
}

/** Segments that lie wholly before the Skip Boundary. */
const skippable = (segments: readonly PlaylistSegment[], targetDuration: number): number =>
  firstWithin(segments, skipBoundary * targetDuration);

/** One rendition of a multivariant playlist; width 0: sound only. Bandwidths in bit/s. */
export type Variant = {
  uri: string;
  codecs: string;
  width: number;
  height: number;
  framesPerSecond: number;
  bandwidth: number;
  averageBandwidth: number;
};

/** The sound is the same in all variants, and in each of their segments: a group of one without an address (bis §4.4.6.1). */
const sound =
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Programme",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"';

/** Variants in the order in which a player may try them (bis §4.4.6.2). */
export function renderMultivariantPlaylist(variants: readonly Variant[]): string {
  const lines = ["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-INDEPENDENT-SEGMENTS", sound];
  for (const variant of variants) {
    const attributes = [
      `BANDWIDTH=${Math.round(variant.bandwidth)}`,
      `AVERAGE-BANDWIDTH=${Math.round(variant.averageBandwidth)}`,
      `CODECS="${variant.codecs}"`,
      ...(variant.width > 0
        ? [
            `RESOLUTION=${variant.width}x${variant.height}`,
            `FRAME-RATE=${variant.framesPerSecond.toFixed(3)}`,
          ]
        : []),
      'AUDIO="sound"',
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(",")}`, variant.uri);
  }
  return `${lines.join("\n")}\n`;
}
