/** Media playlists taken apart as a player would, for tests: independent of the writer. */

export type Attributes = Record<string, string>;
export type Tag = { name: string; value: string; line: number };
export type ParsedPart = { uri: string; duration: number; independent: boolean; gap: boolean };
export type ParsedSegment = {
  sequence: number;
  uri: string | null;
  /** Seconds, of EXTINF; 0 while it grows. */
  duration: number;
  parts: ParsedPart[];
  /** Its Discontinuity Sequence Number (bis §3). */
  discontinuity: number;
  programmeMs: number | null;
  map: string | null;
  gap: boolean;
};
export type ParsedPlaylist = {
  tags: Tag[];
  targetDuration: number;
  partTarget: number | null;
  control: Attributes;
  mediaSequence: number;
  discontinuitySequence: number;
  /** Segments left out by EXT-X-SKIP. */
  skipped: number;
  segments: ParsedSegment[];
  hints: Attributes[];
  reports: Attributes[];
  /** EXT-X-DATERANGE in their order. */
  dateRanges: Attributes[];
  /** Of EXT-X-SKIP; null: it skips no date ranges. */
  removedRanges: string[] | null;
  ended: boolean;
  version: number;
};

const number = ({ value }: Tag): number => Number(value);

/** An attribute list (bis §4.2); quotes are taken off. */
export function attributesOf(value: string): Attributes {
  const attributes: Attributes = {};
  for (const match of value.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)(?:,|$)/g))
    attributes[match[1] ?? ""] = (match[2] ?? "").replace(/^"|"$/g, "");
  return attributes;
}

/** The playlist so far, and what the next lines belong to. */
type State = {
  playlist: ParsedPlaylist;
  map: string | null;
  discontinuities: number;
  open: ParsedSegment | null;
};

function growing(state: State): ParsedSegment {
  const { playlist } = state;
  state.open ??= {
    sequence: playlist.mediaSequence + playlist.skipped + playlist.segments.length,
    uri: null,
    duration: 0,
    parts: [],
    discontinuity: playlist.discontinuitySequence + state.discontinuities,
    programmeMs: null,
    map: state.map,
    gap: false,
  };
  return state.open;
}

const readers: Record<string, (state: State, tag: Tag) => void> = {
  "EXT-X-TARGETDURATION": ({ playlist }, tag) => {
    playlist.targetDuration = number(tag);
  },
  "EXT-X-VERSION": ({ playlist }, tag) => {
    playlist.version = number(tag);
  },
  "EXT-X-MEDIA-SEQUENCE": ({ playlist }, tag) => {
    playlist.mediaSequence = number(tag);
  },
  "EXT-X-DISCONTINUITY-SEQUENCE": ({ playlist }, tag) => {
    playlist.discontinuitySequence = number(tag);
  },
  "EXT-X-DISCONTINUITY": (state) => {
    state.discontinuities += 1;
  },
  "EXT-X-PART-INF": ({ playlist }, tag) => {
    playlist.partTarget = Number(attributesOf(tag.value)["PART-TARGET"]);
  },
  "EXT-X-SERVER-CONTROL": ({ playlist }, tag) => {
    playlist.control = attributesOf(tag.value);
  },
  "EXT-X-SKIP": ({ playlist }, tag) => {
    const attributes = attributesOf(tag.value);
    playlist.skipped = Number(attributes["SKIPPED-SEGMENTS"]);
    const removed = attributes["RECENTLY-REMOVED-DATERANGES"];
    if (removed !== undefined) playlist.removedRanges = removed.split("\t").filter((id) => id !== "");
  },
  "EXT-X-MAP": (state, tag) => {
    state.map = attributesOf(tag.value).URI ?? null;
  },
  "EXT-X-PROGRAM-DATE-TIME": (state, tag) => {
    growing(state).programmeMs = Date.parse(tag.value);
  },
  "EXT-X-GAP": (state) => {
    growing(state).gap = true;
  },
  "EXT-X-PART": (state, tag) => {
    const attributes = attributesOf(tag.value);
    growing(state).parts.push({
      uri: attributes.URI ?? "",
      duration: Number(attributes.DURATION),
      independent: attributes.INDEPENDENT === "YES",
      gap: attributes.GAP === "YES",
    });
  },
  EXTINF: (state, tag) => {
    growing(state).duration = Number.parseFloat(tag.value);
  },
  "EXT-X-PRELOAD-HINT": ({ playlist }, tag) => {
    playlist.hints.push(attributesOf(tag.value));
  },
  "EXT-X-RENDITION-REPORT": ({ playlist }, tag) => {
    playlist.reports.push(attributesOf(tag.value));
  },
  "EXT-X-DATERANGE": ({ playlist }, tag) => {
    playlist.dateRanges.push(attributesOf(tag.value));
  },
  "EXT-X-ENDLIST": ({ playlist }) => {
    playlist.ended = true;
  },
};

/** @throws when it is no playlist at all */
export function parsePlaylist(text: string): ParsedPlaylist {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== "#EXTM3U") throw new Error("EXTM3U is not the first line");
  const playlist: ParsedPlaylist = {
    tags: [],
    targetDuration: 0,
    partTarget: null,
    control: {},
    mediaSequence: 0,
    discontinuitySequence: 0,
    skipped: 0,
    segments: [],
    hints: [],
    reports: [],
    dateRanges: [],
    removedRanges: null,
    ended: false,
    version: 1,
  };
  const state: State = { playlist, map: null, discontinuities: 0, open: null };
  for (const [index, line] of lines.entries()) {
    if (line === "" || index === 0) continue;
    if (line.startsWith("#")) {
      if (!line.startsWith("#EXT")) continue;
      const at = line.indexOf(":");
      const name = line.slice(1, at < 0 ? undefined : at);
      const tag = { name, value: at < 0 ? "" : line.slice(at + 1), line: index + 1 };
      playlist.tags.push(tag);
      readers[name]?.(state, tag);
      continue;
    }
    const segment = growing(state);
    segment.uri = line;
    playlist.segments.push(segment);
    state.open = null;
  }
  if (state.open) playlist.segments.push(state.open);
  return playlist;
}

/** A Playlist Delta Update with what it left out put back from the playlist before (bis §6.3.7); null when it cannot be. */
export function mergeDelta(before: ParsedPlaylist, delta: ParsedPlaylist): ParsedPlaylist | null {
  const kept: ParsedSegment[] = [];
  for (let sequence = delta.mediaSequence; kept.length < delta.skipped; sequence += 1) {
    const known = before.segments.find((segment) => segment.sequence === sequence);
    if (!known?.uri) return null;
    // Parts that far behind are not listed any more.
    kept.push({ ...known, parts: [] });
  }
  const last = kept.at(-1);
  const shift = (last?.discontinuity ?? delta.discontinuitySequence) - delta.discontinuitySequence;
  const added = delta.segments.map((segment) => ({
    ...segment,
    discontinuity: segment.discontinuity + shift,
    map: segment.map ?? last?.map ?? null,
  }));
  return {
    ...delta,
    skipped: 0,
    segments: [...kept, ...added],
    dateRanges: mergeRanges(before, delta),
    removedRanges: null,
  };
}

/** What was skipped is as it was; what is gone is named, what has changed is there anew. */
function mergeRanges(before: ParsedPlaylist, { dateRanges, removedRanges }: ParsedPlaylist): Attributes[] {
  if (removedRanges === null) return dateRanges;
  const told = new Set([...removedRanges, ...dateRanges.map(({ ID }) => ID)]);
  return [...before.dateRanges.filter(({ ID }) => !told.has(ID)), ...dateRanges];
}
