/** Checks media playlists against the rules of draft-pantos-hls-rfc8216bis that can be told from their text. */

export type ParsedPart = { uri: string; duration: number; independent: boolean };
export type ParsedSegment = {
  sequence: number;
  uri: string | null;
  duration: number;
  parts: ParsedPart[];
  discontinuity: number;
  programmeMs: number | null;
  map: string | null;
};
export type ParsedPlaylist = {
  targetDuration: number;
  partTarget: number | null;
  partHoldBack: number | null;
  mediaSequence: number;
  discontinuitySequence: number;
  segments: ParsedSegment[];
  hint: string | null;
  ended: boolean;
  version: number;
};

const number = (line: string): number => Number(line.slice(line.indexOf(":") + 1));
const attribute = (line: string, name: string): string | null =>
  new RegExp(`[:,]${name}=("([^"]*)"|[^,]*)`)
    .exec(line)
    ?.slice(1)
    .findLast((value) => value !== undefined) ?? null;

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
    sequence: playlist.mediaSequence + playlist.segments.length,
    uri: null,
    duration: 0,
    parts: [],
    discontinuity: playlist.discontinuitySequence + state.discontinuities,
    programmeMs: null,
    map: state.map,
  };
  return state.open;
}

const tags: Record<string, (state: State, line: string) => void> = {
  "EXT-X-TARGETDURATION": ({ playlist }, line) => {
    playlist.targetDuration = number(line);
  },
  "EXT-X-VERSION": ({ playlist }, line) => {
    playlist.version = number(line);
  },
  "EXT-X-MEDIA-SEQUENCE": ({ playlist }, line) => {
    playlist.mediaSequence = number(line);
  },
  "EXT-X-DISCONTINUITY-SEQUENCE": ({ playlist }, line) => {
    playlist.discontinuitySequence = number(line);
  },
  "EXT-X-DISCONTINUITY": (state) => {
    state.discontinuities += 1;
  },
  "EXT-X-PART-INF": ({ playlist }, line) => {
    playlist.partTarget = Number(attribute(line, "PART-TARGET"));
  },
  "EXT-X-SERVER-CONTROL": ({ playlist }, line) => {
    playlist.partHoldBack = Number(attribute(line, "PART-HOLD-BACK"));
  },
  "EXT-X-MAP": (state, line) => {
    state.map = attribute(line, "URI");
  },
  "EXT-X-PROGRAM-DATE-TIME": (state, line) => {
    growing(state).programmeMs = Date.parse(line.slice(line.indexOf(":") + 1));
  },
  "EXT-X-PART": (state, line) => {
    growing(state).parts.push({
      uri: attribute(line, "URI") ?? "",
      duration: Number(attribute(line, "DURATION")),
      independent: attribute(line, "INDEPENDENT") === "YES",
    });
  },
  EXTINF: (state, line) => {
    growing(state).duration = Number.parseFloat(line.slice(8));
  },
  "EXT-X-PRELOAD-HINT": ({ playlist }, line) => {
    playlist.hint = attribute(line, "URI");
  },
  "EXT-X-ENDLIST": ({ playlist }) => {
    playlist.ended = true;
  },
};

export function parsePlaylist(text: string): ParsedPlaylist {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines[0] !== "#EXTM3U") throw new Error("EXTM3U is not the first line");
  const playlist: ParsedPlaylist = {
    targetDuration: 0,
    partTarget: null,
    partHoldBack: null,
    mediaSequence: 0,
    discontinuitySequence: 0,
    segments: [],
    hint: null,
    ended: false,
    version: 0,
  };
  const state: State = { playlist, map: null, discontinuities: 0, open: null };
  for (const line of lines.slice(1)) {
    if (line.startsWith("#")) {
      tags[line.slice(1).split(":", 1)[0] ?? ""]?.(state, line);
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

/** Faults of one playlist by itself. */
export function checkPlaylist(text: string): string[] {
  const playlist = parsePlaylist(text);
  const { partHoldBack, partTarget } = playlist;
  const headers = text.match(/#EXT-X-(TARGETDURATION|MEDIA-SEQUENCE|VERSION)/g) ?? [];
  return [
    ...rule(/#EXT-X-PLAYLIST-TYPE/.test(text), "a live window carries PLAYLIST-TYPE"),
    ...rule(/#EXT-X-MAP/.test(text) && playlist.version < 6, "EXT-X-MAP needs version 6"),
    ...rule(headers.length !== 3, "a header tag is missing or repeated"),
    ...rule(
      partHoldBack !== null && partHoldBack < 3 * (partTarget ?? 0),
      "PART-HOLD-BACK is under three PART-TARGETs",
    ),
    ...rule(playlist.ended && playlist.hint !== null, "a hint in an ended playlist"),
    ...playlist.segments.flatMap((segment, index) => checkSegment(playlist, segment, index)),
  ];
}

const rule = (broken: boolean, what: string): string[] => (broken ? [what] : []);

function checkSegment(playlist: ParsedPlaylist, segment: ParsedSegment, index: number): string[] {
  const { parts } = segment;
  const at = `segment ${segment.sequence}`;
  const before = playlist.segments[index - 1];
  const last = index === playlist.segments.length - 1;
  const sum = parts.reduce((total, part) => total + part.duration, 0);
  const longest = Math.max(0, ...parts.map((part) => part.duration));
  const sameRange = before?.discontinuity === segment.discontinuity;
  return [
    ...rule(segment.uri === null && !last, `${at} has no URI`),
    ...rule(Math.round(segment.duration) > playlist.targetDuration, `${at} is longer than the target`),
    ...rule(segment.programmeMs === null, `${at} has no PROGRAM-DATE-TIME`),
    ...rule(segment.map === null, `${at} has no EXT-X-MAP before it`),
    ...rule(sameRange && before?.map !== segment.map, `${at} changes its map without a discontinuity`),
    ...rule(parts[0]?.independent === false, `${at} does not begin with an independent part`),
    ...rule(longest > (playlist.partTarget ?? 0) + 1e-9, `${at} has a part longer than PART-TARGET`),
    ...rule(
      segment.uri !== null && parts.length > 0 && Math.abs(sum - segment.duration) > 0.01,
      `${at}: parts do not add up`,
    ),
  ];
}

/** Faults between two versions of the same live playlist, the older first. */
export function checkSuccession(older: string, newer: string): string[] {
  const [a, b] = [parsePlaylist(older), parsePlaylist(newer)];
  return [
    ...rule(b.targetDuration !== a.targetDuration, "TARGETDURATION has changed"),
    ...rule(b.mediaSequence < a.mediaSequence, "MEDIA-SEQUENCE went back"),
    ...rule(b.discontinuitySequence < a.discontinuitySequence, "DISCONTINUITY-SEQUENCE went back"),
    ...rule(a.ended && !b.ended, "an ended playlist goes on"),
    ...b.segments.flatMap((segment) => {
      const before = a.segments.find((candidate) => candidate.sequence === segment.sequence);
      return before ? checkKept(before, segment) : [];
    }),
  ];
}

function checkKept(before: ParsedSegment, now: ParsedSegment): string[] {
  const at = `segment ${now.sequence}`;
  const whole = before.uri !== null;
  const moved = before.parts.some((part, index) => now.parts[index] && now.parts[index].uri !== part.uri);
  return [
    ...rule(whole && before.uri !== now.uri, `${at} changed its URI`),
    ...rule(whole && before.duration !== now.duration, `${at} changed its length`),
    ...rule(before.discontinuity !== now.discontinuity, `${at} moved to another discontinuity`),
    ...rule(before.programmeMs !== now.programmeMs, `${at} changed its time`),
    ...rule(moved, `${at} changed a part`),
  ];
}
