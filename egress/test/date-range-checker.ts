/** Checks EXT-X-DATERANGE against draft-pantos-hls-rfc8216bis §4.4.5.1 and §6.2.1. Every fault is one sentence. */
import type { Attributes, ParsedPlaylist } from "./playlist-parse.ts";

const rule = (broken: boolean, what: string): string[] => (broken ? [what] : []);
const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/;
const known = new Set([
  ...["ID", "CLASS", "START-DATE", "CUE", "END-DATE", "DURATION", "PLANNED-DURATION", "END-ON-NEXT"],
  ...["SCTE35-CMD", "SCTE35-OUT", "SCTE35-IN"],
]);

/** Faults of a playlist's date ranges by themselves. */
export function checkDateRanges(playlist: ParsedPlaylist): string[] {
  const { dateRanges, segments, version, removedRanges, control } = playlist;
  const byId = Map.groupBy(dateRanges, ({ ID = "" }) => ID);
  const dated = segments.length === 0 || segments.some(({ programmeMs }) => programmeMs !== null);
  return [
    ...dateRanges.flatMap(checkRange),
    ...rule(dateRanges.length > 0 && !dated, "a date range without EXT-X-PROGRAM-DATE-TIME"),
    ...[...byId].flatMap(([id, same]) => rule(!agree(same), `date range ${id}: two tags that do not agree`)),
    ...rule(removedRanges !== null && version < 10, "EXT-X-SKIP of date ranges needs version 10"),
    ...rule(
      removedRanges !== null && control["CAN-SKIP-DATERANGES"] !== "YES",
      "date ranges are skipped without CAN-SKIP-DATERANGES",
    ),
    ...rule(
      control["CAN-SKIP-DATERANGES"] !== undefined && control["CAN-SKIP-UNTIL"] === undefined,
      "CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL",
    ),
    ...rule(
      removedRanges?.some((id) => byId.has(id)) ?? false,
      "a date range is listed, and among those that are gone",
    ),
  ];
}

function checkRange(range: Attributes): string[] {
  const at = `date range ${range.ID ?? "without ID"}`;
  const start = range["START-DATE"];
  const end = range["END-DATE"];
  const [duration, planned] = [range.DURATION, range["PLANNED-DURATION"]];
  const length = end === undefined ? null : (Date.parse(end) - Date.parse(start ?? "")) / 1000;
  const next = range["END-ON-NEXT"];
  const positive = (value: string | undefined): boolean => value === undefined || /^\d+(\.\d+)?$/.test(value);
  return [
    ...rule(!range.ID, "a date range without ID"),
    ...rule(!isoDate.test(start ?? ""), `${at}: no START-DATE`),
    ...rule(end !== undefined && !isoDate.test(end), `${at}: END-DATE is no date`),
    ...rule(length !== null && length < 0, `${at}: ends before it begins`),
    ...rule(!positive(duration), `${at}: DURATION is negative or no number`),
    ...rule(!positive(planned), `${at}: PLANNED-DURATION is negative or no number`),
    ...rule(
      length !== null && duration !== undefined && Math.abs(length - Number(duration)) > 0.001,
      `${at}: END-DATE is not START-DATE and DURATION`,
    ),
    ...rule(next !== undefined && next !== "YES", `${at}: END-ON-NEXT is not YES`),
    ...rule(next !== undefined && !range.CLASS, `${at}: END-ON-NEXT without CLASS`),
    ...rule(
      next !== undefined && (duration !== undefined || end !== undefined),
      `${at}: END-ON-NEXT beside DURATION or END-DATE`,
    ),
    ...Object.keys(range).flatMap((name) =>
      rule(!known.has(name) && !/^X-[A-Z0-9-]+$/.test(name), `${at}: ${name} is no attribute of it`),
    ),
  ];
}

/** §4.4.5.1.1: what two tags of one ID both say, they say alike. */
const agree = ([first, ...others]: readonly Attributes[]): boolean =>
  others.every((other) => Object.entries(other).every(([name, value]) => (first?.[name] ?? value) === value));

/** Faults between two versions of the same playlist, the older first; neither may be a delta. */
export function checkRangeSuccession(a: ParsedPlaylist, b: ParsedPlaylist): string[] {
  const now = new Map(b.dateRanges.map((range) => [range.ID, range]));
  return a.dateRanges.flatMap((before) => {
    const after = now.get(before.ID);
    return after ? rule(!agree([before, after]), `date range ${before.ID} has changed what it said`) : [];
  });
}
