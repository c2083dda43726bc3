/** LL-HLS media playlists (RFC 8216, draft-pantos-hls-rfc8216bis), written from plain values: no clock, no I/O. */

export type PlaylistPart = {
  uri: string;
  /** Seconds. */
  duration: number;
  independent: boolean;
};

/** A segment, complete (`uri`) or still growing (`uri: null`). */
export type PlaylistSegment = {
  uri: string | null;
  /** Seconds, of all parts so far. */
  duration: number;
  parts: readonly PlaylistPart[];
  /** Programme time of its first picture, epoch ms. */
  programmeMs: number;
  /** Its initialisation section. */
  mapUri: string;
  /** Timestamps or coding do not continue from the segment before. */
  discontinuity: boolean;
};

export type MediaPlaylist = {
  /** Whole seconds; never changes while a playlist lives. */
  targetDuration: number;
  /** Seconds; no part is longer. */
  partTarget: number;
  /** Number of the first segment listed. */
  mediaSequence: number;
  /** Discontinuities that have left the window. */
  discontinuitySequence: number;
  /** Oldest first; only the last may be growing. */
  segments: readonly PlaylistSegment[];
  /** The part that will come next. */
  nextPartUri: string | null;
  ended: boolean;
};

const seconds = (value: number): string => value.toFixed(5).replace(/0+$/, "").replace(/\.$/, ".0");

/** Parts are listed for this many target durations before the live edge (bis §6.2.2 asks for at least three). */
const partWindow = 3;

/**
 * @param lowLatency with parts, hints and blocking reload; without: whole segments only, for other players and caches
 */
export function renderMediaPlaylist(playlist: MediaPlaylist, lowLatency: boolean): string {
  const listed = lowLatency ? playlist.segments : playlist.segments.filter((segment) => segment.uri !== null);
  const lines = header(playlist, lowLatency);
  const withParts = firstWithParts(listed, playlist.targetDuration);
  let map: string | null = null;
  for (const [index, segment] of listed.entries()) {
    if (segment.uri === null && segment.parts.length === 0) continue;
    if (segment.discontinuity && index > 0) lines.push("#EXT-X-DISCONTINUITY");
    if (segment.mapUri !== map) lines.push(`#EXT-X-MAP:URI="${segment.mapUri}"`);
    map = segment.mapUri;
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programmeMs).toISOString()}`);
    if (lowLatency && index >= withParts) lines.push(...segment.parts.map(partLine));
    if (segment.uri !== null) lines.push(`#EXTINF:${seconds(segment.duration)},`, segment.uri);
  }
  if (playlist.ended) lines.push("#EXT-X-ENDLIST");
  else if (lowLatency && playlist.nextPartUri !== null)
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${playlist.nextPartUri}"`);
  return `${lines.join("\n")}\n`;
}

function header(playlist: MediaPlaylist, lowLatency: boolean): string[] {
  const lines = [
    "#EXTM3U",
    `#EXT-X-VERSION:${lowLatency ? 9 : 7}`,
    `#EXT-X-TARGETDURATION:${playlist.targetDuration}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`,
  ];
  if (!lowLatency) return lines;
  // A little over three parts: exactly three would be under it once rounded.
  const holdBack = Math.ceil(playlist.partTarget * 3 * 1000 + 1) / 1000;
  return [
    ...lines,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${seconds(holdBack)},HOLD-BACK=${seconds(3 * playlist.targetDuration)}`,
    `#EXT-X-PART-INF:PART-TARGET=${seconds(playlist.partTarget)}`,
  ];
}

function partLine(part: PlaylistPart): string {
  const independent = part.independent ? ",INDEPENDENT=YES" : "";
  return `#EXT-X-PART:DURATION=${seconds(part.duration)},URI="${part.uri}"${independent}`;
}

/** Index of the oldest segment whose parts are still listed. */
function firstWithParts(segments: readonly PlaylistSegment[], targetDuration: number): number {
  let ahead = 0;
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    ahead += segments[index]?.duration ?? 0;
    if (ahead >= partWindow * targetDuration) return index;
  }
  return 0;
}

/** One rendition of a multivariant playlist. Bandwidths in bit/s. */
export type Variant = {
  uri: string;
  codecs: string;
  width: number;
  height: number;
  framesPerSecond: number;
  bandwidth: number;
  averageBandwidth: number;
};

export function renderMultivariantPlaylist(variants: readonly Variant[]): string {
  const lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"];
  for (const variant of variants) {
    const attributes = [
      `BANDWIDTH=${Math.round(variant.bandwidth)}`,
      `AVERAGE-BANDWIDTH=${Math.round(variant.averageBandwidth)}`,
      `CODECS="${variant.codecs}"`,
      `RESOLUTION=${variant.width}x${variant.height}`,
      `FRAME-RATE=${variant.framesPerSecond.toFixed(3)}`,
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(",")}`, variant.uri);
  }
  return `${lines.join("\n")}\n`;
}
