/** The playlist of a finished recording (RFC 8216 §4.3.3.5, VOD), written from plain values: no clock, no I/O. */
import { initName, segmentName } from "../hls/index.ts";

/** A recorded segment, as the manifest has it. */
export type RecordedSegment = {
  sequence: number;
  run: number;
  /** Seconds. */
  duration: number;
  /** Programme time of its first picture, epoch ms. */
  programmeMs: number;
};

/** Part of a recording, ms from its first picture; `to` null: to the end. */
export type Range = { from: number; to: number | null };

/** `1000-60000` or `0-end`, as it stands in an address; null when it is neither. */
export function parseRangeName(text: string): Range | null {
  const match = /^(\d{1,10})-(\d{1,10}|end)$/.exec(text);
  if (!match) return null;
  const from = Number(match[1]);
  const to = match[2] === "end" ? null : Number(match[2]);
  return to !== null && to <= from ? null : { from, to };
}

/** Rounded sums of lengths: less than this is no hole, ms. */
const seamMs = 50;
const longestGap = 6;

/** Segments that hold any of the range: what is cut off beyond them cannot be had under its address. */
export function segmentsOf(segments: readonly RecordedSegment[], { from, to }: Range): RecordedSegment[] {
  const start = segments[0]?.programmeMs ?? 0;
  return segments.filter(({ programmeMs, duration }) => {
    const at = programmeMs - start;
    return at + duration * 1000 > from && (to === null || at < to);
  });
}

/**
 * What is missing between runs is listed as missing (EXT-X-GAP, bis §4.4.4.7), so that the time line is the recording's.
 *
 * @param segments in order, at least one
 */
export function renderReplayPlaylist(segments: readonly RecordedSegment[]): string {
  const lines: string[] = [];
  let target = 1;
  for (const [index, segment] of segments.entries()) {
    const before = segments[index - 1];
    if (before) {
      const end = before.programmeMs + before.duration * 1000;
      for (const gap of gapsOf(end, segment.programmeMs)) {
        target = Math.max(target, Math.round(gap.duration));
        lines.push(dateOf(gap.at), "#EXT-X-GAP", lengthOf(gap.duration), `gap-${Math.round(gap.at)}.m4s`);
      }
    }
    if (segment.run !== before?.run) {
      if (before) lines.push("#EXT-X-DISCONTINUITY");
      lines.push(`#EXT-X-MAP:URI="${initName(segment.run)}"`);
    }
    target = Math.max(target, Math.round(segment.duration));
    lines.push(dateOf(segment.programmeMs), lengthOf(segment.duration), segmentName(segment.sequence));
  }
  return [
    "#EXTM3U",
    // 8 for EXT-X-GAP (bis §8).
    "#EXT-X-VERSION:8",
    `#EXT-X-TARGETDURATION:${target}`,
    "#EXT-X-PLAYLIST-TYPE:VOD",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    "#EXT-X-MEDIA-SEQUENCE:0",
    ...lines,
    "#EXT-X-ENDLIST",
    "",
  ].join("\n");
}

const dateOf = (ms: number): string => `#EXT-X-PROGRAM-DATE-TIME:${new Date(ms).toISOString()}`;
const lengthOf = (seconds: number): string => `#EXTINF:${seconds.toFixed(5)},`;

function gapsOf(from: number, until: number): { at: number; duration: number }[] {
  const gaps: { at: number; duration: number }[] = [];
  if (until - from < seamMs) return gaps;
  for (let at = from; at < until - 1; ) {
    const duration = Math.min(longestGap, (until - at) / 1000);
    gaps.push({ at, duration });
    at += duration * 1000;
  }
  return gaps;
}
