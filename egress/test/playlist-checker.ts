/**
 * Checks playlists against the rules of draft-pantos-hls-rfc8216bis (version 9 of the protocol) that can be told from
 * their text, their order and the times at which they appeared. Every fault is one sentence; none: the rules are kept.
 */

import { checkDateRanges, checkRangeSuccession } from "./date-range-checker.ts";
import { mergeDelta, type ParsedPlaylist, type ParsedSegment, parsePlaylist } from "./playlist-parse.ts";

export { parsePlaylist } from "./playlist-parse.ts";

const rule = (broken: boolean, what: string): string[] => (broken ? [what] : []);
const count = ({ tags }: ParsedPlaylist, name: string): number =>
  tags.filter((tag) => tag.name === name).length;
const whole = /^\d+$/;

/** Faults of one media playlist by itself. */
export function checkPlaylist(text: string): string[] {
  const playlist = parsePlaylist(text);
  return [
    ...checkText(text, playlist),
    ...checkHeader(playlist),
    ...checkControl(playlist),
    ...checkTail(playlist),
    ...checkDateRanges(playlist),
    ...playlist.segments.flatMap((segment, index) => checkSegment(playlist, segment, index)),
  ];
}

/** §4.1, §4.2: characters, attribute lists. */
function checkText(text: string, { tags }: ParsedPlaylist): string[] {
  const lists = new Set(["EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-PART", "EXT-X-MAP", "EXT-X-SKIP"]);
  lists.add("EXT-X-PRELOAD-HINT").add("EXT-X-RENDITION-REPORT").add("EXT-X-DATERANGE");
  // The one place for a tab: it parts the ids of a list (§4.4.5.2).
  const untabbed = text.replace(/^#EXT-X-SKIP:.*$/gm, (line) => line.replaceAll("\t", " "));
  return [
    ...rule(text.startsWith("\uFEFF"), "a byte order mark"),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    ...rule(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(untabbed), "a control character"),
    ...rule(text !== text.normalize("NFC"), "text that is not in NFC"),
    ...rule(!text.endsWith("\n"), "the last line has no end"),
    ...tags
      .filter(({ name }) => lists.has(name))
      .flatMap(({ value, line }) => {
        const names = [...value.matchAll(/(?:^|,)([A-Z0-9-]+)=/g)].map((match) => match[1]);
        const wellFormed = /^([A-Z0-9-]+=("[^"\r\n]*"|[^",\s]+))(,[A-Z0-9-]+=("[^"\r\n]*"|[^",\s]+))*$/.test(
          value,
        );
        return [
          ...rule(!wellFormed, `line ${line}: a malformed attribute list`),
          ...rule(new Set(names).size !== names.length, `line ${line}: an attribute twice`),
        ];
      }),
  ];
}

const onlyOnce = [
  ...["EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"],
  ...["EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-ENDLIST", "EXT-X-SKIP", "EXT-X-INDEPENDENT-SEGMENTS"],
];
const ofMultivariant = new Set(["EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-SESSION-DATA"]);

/** §4.4.1, §4.4.3, §8: what is there once, before the segments, and in a version that knows it. */
function checkHeader(playlist: ParsedPlaylist): string[] {
  const { tags, version } = playlist;
  const at = (name: string): number => tags.findIndex((tag) => tag.name === name);
  const firstSegmentTag = tags.findIndex(({ name }) => /^(EXTINF|EXT-X-PART|EXT-X-SKIP)$/.test(name));
  const late = (name: string): boolean => at(name) >= 0 && firstSegmentTag >= 0 && at(name) > firstSegmentTag;
  const needs = (name: string, least: number): string[] =>
    rule(count(playlist, name) > 0 && version < least, `${name} needs version ${least}`);
  const target = tags.find(({ name }) => name === "EXT-X-TARGETDURATION")?.value ?? "";
  const fraction = tags.some(({ name, value }) => name === "EXTINF" && value.includes("."));
  return [
    ...onlyOnce.flatMap((name) => rule(count(playlist, name) > 1, `${name} is there more than once`)),
    ...rule(!whole.test(target), "EXT-X-TARGETDURATION is missing or no whole number"),
    ...rule(
      tags.some(({ name }) => ofMultivariant.has(name)),
      "a tag of a multivariant playlist",
    ),
    ...rule(late("EXT-X-MEDIA-SEQUENCE"), "EXT-X-MEDIA-SEQUENCE comes after a segment"),
    ...rule(late("EXT-X-DISCONTINUITY-SEQUENCE"), "EXT-X-DISCONTINUITY-SEQUENCE comes after a segment"),
    ...rule(
      at("EXT-X-DISCONTINUITY") >= 0 && at("EXT-X-DISCONTINUITY-SEQUENCE") > at("EXT-X-DISCONTINUITY"),
      "EXT-X-DISCONTINUITY-SEQUENCE comes after a discontinuity",
    ),
    ...needs("EXT-X-MAP", 6),
    ...needs("EXT-X-SKIP", 9),
    ...rule(fraction && version < 3, "EXTINF with a fraction needs version 3"),
    ...rule(
      count(playlist, "EXT-X-PLAYLIST-TYPE") > 0 && playlist.mediaSequence > 0,
      "a sliding window carries PLAYLIST-TYPE",
    ),
  ];
}

/** §4.4.3.7, §4.4.3.8, §4.4.5.2: what the server promises. */
function checkControl(playlist: ParsedPlaylist): string[] {
  const { control, partTarget, targetDuration, skipped, ended } = playlist;
  const value = (name: string): number | null => (control[name] === undefined ? null : Number(control[name]));
  const [holdBack, partHoldBack, skipUntil] = [
    value("HOLD-BACK"),
    value("PART-HOLD-BACK"),
    value("CAN-SKIP-UNTIL"),
  ];
  const hasParts = count(playlist, "EXT-X-PART") > 0;
  const remaining = playlist.segments.reduce(
    (sum, { duration, parts }) => sum + (duration || total(parts)),
    0,
  );
  return [
    ...rule(hasParts && partTarget === null, "EXT-X-PART without EXT-X-PART-INF"),
    ...rule(partTarget !== null && !(partTarget > 0), "PART-TARGET is missing"),
    ...rule(partTarget !== null && partHoldBack === null, "parts without PART-HOLD-BACK"),
    ...rule(
      partTarget !== null && !ended && control["CAN-BLOCK-RELOAD"] !== "YES",
      "parts without CAN-BLOCK-RELOAD",
    ),
    ...rule(
      partHoldBack !== null && partHoldBack < 3 * (partTarget ?? 0) - 1e-9,
      "PART-HOLD-BACK is under three PART-TARGETs",
    ),
    ...rule(holdBack !== null && holdBack < 3 * targetDuration, "HOLD-BACK is under three target durations"),
    ...rule(
      skipUntil !== null && skipUntil < 6 * targetDuration,
      "CAN-SKIP-UNTIL is under six target durations",
    ),
    ...rule(count(playlist, "EXT-X-SKIP") > 0 && !(skipped > 0), "EXT-X-SKIP skips nothing"),
    ...rule(skipped > 0 && skipUntil === null, "EXT-X-SKIP without CAN-SKIP-UNTIL"),
    ...rule(
      skipped > 0 && remaining < (skipUntil ?? 0) - 0.001,
      "EXT-X-SKIP skips segments behind the Skip Boundary",
    ),
  ];
}

const total = (parts: readonly { duration: number }[]): number =>
  parts.reduce((sum, part) => sum + part.duration, 0);

/** §4.4.5.3, §4.4.5.4, §6.2.2: the end of the playlist. */
function checkTail({ hints, reports, ended, segments, control, partTarget }: ParsedPlaylist): string[] {
  const listed = new Set(segments.flatMap((segment) => segment.parts.map((part) => part.uri)));
  const types = hints.map((hint) => hint.TYPE);
  const blocking = control["CAN-BLOCK-RELOAD"] === "YES" && partTarget !== null;
  return [
    ...rule(ended && hints.length > 0, "a hint in an ended playlist"),
    ...rule(ended && segments.at(-1)?.uri === null, "an ended playlist ends with an open segment"),
    ...rule(blocking && !ended && hints.length === 0, "nothing hints at the next part"),
    ...rule(new Set(types).size !== types.length, "two hints of one type"),
    ...hints.flatMap(({ TYPE, URI }) => [
      ...rule(!/^(PART|MAP)$/.test(TYPE ?? ""), "a hint without a known TYPE"),
      ...rule(!URI, "a hint without URI"),
      ...rule(TYPE === "PART" && listed.has(URI ?? ""), "a hint at a part that is there"),
    ]),
    ...reports.flatMap((report) => [
      ...rule(!report.URI || /^[a-z]+:/i.test(report.URI), "a rendition report whose URI is not relative"),
      ...rule(!whole.test(report["LAST-MSN"] ?? ""), "a rendition report without LAST-MSN"),
      ...rule(
        report["LAST-PART"] !== undefined && !whole.test(report["LAST-PART"]),
        "a rendition report with a bad LAST-PART",
      ),
    ]),
  ];
}

function checkSegment(playlist: ParsedPlaylist, segment: ParsedSegment, index: number): string[] {
  const { parts } = segment;
  const at = `segment ${segment.sequence}`;
  const before = playlist.segments[index - 1];
  const last = index === playlist.segments.length - 1;
  const sameRange = before?.discontinuity === segment.discontinuity;
  const end = before && before.programmeMs !== null ? before.programmeMs + before.duration * 1000 : null;
  const step = end !== null && segment.programmeMs !== null ? segment.programmeMs - end : 0;
  return [
    ...rule(segment.uri === null && !last, `${at} has no URI`),
    ...rule(segment.uri !== null && !(segment.duration > 0), `${at} has no EXTINF`),
    ...rule(
      Math.round(segment.duration) > playlist.targetDuration,
      `${at} is longer than the target duration`,
    ),
    ...rule(
      segment.programmeMs === null || Number.isNaN(segment.programmeMs),
      `${at} has no PROGRAM-DATE-TIME`,
    ),
    ...rule(segment.map === null && playlist.skipped === 0, `${at} has no EXT-X-MAP before it`),
    ...rule(
      sameRange && before?.map != null && before.map !== segment.map,
      `${at} changes its map without a discontinuity`,
    ),
    ...rule(sameRange && Math.abs(step) > 50, `${at}: its time does not follow from the one before`),
    ...rule(step < -50, `${at}: time goes back`),
    ...rule(
      segment.uri !== null && parts.length > 0 && Math.abs(total(parts) - segment.duration) > 0.01,
      `${at}: parts do not add up`,
    ),
    ...rule(
      parts.some((part) => part.gap) && segment.uri !== null && !segment.gap,
      `${at} has missing parts and no EXT-X-GAP`,
    ),
    ...checkParts(playlist, segment),
    ...rule(
      misses(playlist, index),
      `${at}: its parts are not listed, and it is within three target durations of the end`,
    ),
  ];
}

/** §4.4.4.9: each part by itself. */
function checkParts({ partTarget, tags }: ParsedPlaylist, { sequence, parts, uri }: ParsedSegment): string[] {
  const independents = tags.some(({ name }) => name === "EXT-X-INDEPENDENT-SEGMENTS");
  const target = partTarget ?? 0;
  return [
    ...rule(
      independents && parts[0]?.independent === false && !parts[0].gap,
      `segment ${sequence} does not begin with an independent part`,
    ),
    ...parts.flatMap((part, index) => {
      const at = `part ${index} of segment ${sequence}`;
      const final = uri !== null && index === parts.length - 1;
      return [
        ...rule(part.uri === "", `${at} has no URI`),
        ...rule(!(part.duration > 0), `${at} has no DURATION`),
        ...rule(part.duration > target + 1e-9, `${at} is longer than PART-TARGET`),
        ...rule(
          !final && !part.independent && part.duration < 0.85 * target,
          `${at} is shorter than 85 % of PART-TARGET`,
        ),
      ];
    }),
  ];
}

/** Parts once listed must stay for three target durations; a segment without any, while an older one has them, lost them. */
function misses({ segments, targetDuration }: ParsedPlaylist, index: number): boolean {
  const segment = segments[index];
  if (!segment || segment.parts.length > 0 || segment.gap || segment.uri === null) return false;
  if (!segments.slice(0, index).some(({ parts }) => parts.length > 0)) return false;
  const after = segments
    .slice(index + 1)
    .reduce((sum, { duration, parts }) => sum + (duration || total(parts)), 0);
  return after < 3 * targetDuration;
}

/** Faults between two versions of the same live playlist, the older first (§6.2.1, §6.2.2). Neither may be a delta. */
export function checkSuccession(older: string, newer: string): string[] {
  const [a, b] = [parsePlaylist(older), parsePlaylist(newer)];
  const known = new Map(a.segments.map((segment) => [segment.sequence, segment]));
  const lastOf = ({ segments }: ParsedPlaylist): ParsedSegment | undefined =>
    segments.findLast(({ uri, parts }) => uri !== null || parts.length > 0);
  const [aLast, bLast] = [lastOf(a), lastOf(b)];
  const gone = a.segments.filter(({ sequence }) => sequence < b.mediaSequence);
  const left = b.segments.reduce((sum, { duration }) => sum + duration, 0);
  return [
    ...rule(b.targetDuration !== a.targetDuration, "TARGETDURATION has changed"),
    ...rule(b.partTarget !== a.partTarget, "PART-TARGET has changed"),
    ...rule(b.version !== a.version, "VERSION has changed"),
    ...rule(b.mediaSequence < a.mediaSequence, "MEDIA-SEQUENCE went back"),
    ...rule(b.discontinuitySequence < a.discontinuitySequence, "DISCONTINUITY-SEQUENCE went back"),
    ...rule(a.ended && !b.ended, "an ended playlist goes on"),
    ...rule((bLast?.sequence ?? 0) < (aLast?.sequence ?? 0), "segments at the end are gone"),
    ...rule(
      gone.length > 0 && !b.ended && left < 3 * b.targetDuration,
      "segments are gone and less than three target durations are left",
    ),
    ...checkRangeSuccession(a, b),
    ...b.segments.flatMap((segment) => {
      const before = known.get(segment.sequence);
      return before ? checkKept(before, segment) : [];
    }),
  ];
}

function checkKept(before: ParsedSegment, now: ParsedSegment): string[] {
  const at = `segment ${now.sequence}`;
  const complete = before.uri !== null;
  const moved = before.parts.some((part, index) => {
    const kept = now.parts[index];
    return (
      kept &&
      (kept.uri !== part.uri || kept.duration !== part.duration || kept.independent !== part.independent)
    );
  });
  return [
    ...rule(complete && before.uri !== now.uri, `${at} changed its URI`),
    ...rule(complete && before.duration !== now.duration, `${at} changed its length`),
    ...rule(complete && before.gap !== now.gap, `${at} changed whether it is missing`),
    ...rule(!complete && now.uri === null && now.parts.length < before.parts.length, `${at} lost a part`),
    ...rule(before.discontinuity !== now.discontinuity, `${at} moved to another discontinuity`),
    ...rule(before.programmeMs !== now.programmeMs, `${at} changed its time`),
    ...rule(before.map !== now.map, `${at} changed its map`),
    ...rule(moved, `${at} changed a part`),
  ];
}

/** Faults of a Playlist Delta Update: put together with a playlist the player had, it must say what the full one says. */
export function checkDelta(had: string, delta: string, full: string): string[] {
  const merged = mergeDelta(parsePlaylist(had), parsePlaylist(delta));
  if (!merged) return ["the delta skips what the player cannot know"];
  const wanted = parsePlaylist(full);
  const plainly = ({
    segments,
    mediaSequence,
    discontinuitySequence,
    hints,
    reports,
    ended,
    dateRanges,
  }: ParsedPlaylist): string =>
    JSON.stringify({
      ...{ segments, mediaSequence, discontinuitySequence, hints, reports, ended },
      dateRanges: dateRanges.map((range) => JSON.stringify(range)).sort(),
    });
  return rule(plainly(merged) !== plainly(wanted), "the delta does not say what the full playlist says");
}

/** Faults of the times at which versions of a playlist appeared, ms, oldest first (§6.2.1: within 1.5 target durations). */
export function checkTimes(times: readonly number[], targetDuration: number): string[] {
  return times.flatMap((at, index) => {
    const since = at - (times[index - 1] ?? at);
    return rule(since > 1500 * targetDuration, `nothing new for ${Math.round(since)} ms`);
  });
}
