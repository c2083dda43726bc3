/**
 * Checks multivariant playlists, and the media playlists they name beside one another, against draft-pantos-hls-rfc8216bis
 * (§4.4.6, §6.2.4). Every fault is one sentence; none: the rules are kept.
 */
import { type Attributes, attributesOf, type ParsedPlaylist, parsePlaylist } from "./playlist-parse.ts";

const rule = (broken: boolean, what: string): string[] => (broken ? [what] : []);
const whole = /^\d+$/;
const wellFormed = /^([A-Z0-9-]+=("[^"\r\n]*"|[^",\s]+))(,[A-Z0-9-]+=("[^"\r\n]*"|[^",\s]+))*$/;
const types = ["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"] as const;

export type ParsedVariant = { at: string; uri: string; attributes: Attributes };
export type ParsedMedia = { at: string; attributes: Attributes };

/** What a multivariant playlist lists. */
export function parseMultivariant(text: string): { variants: ParsedVariant[]; media: ParsedMedia[] } {
  const lines = text.split(/\r?\n/);
  const variants: ParsedVariant[] = [];
  const media: ParsedMedia[] = [];
  for (const [index, line] of lines.entries()) {
    const at = `line ${index + 1}`;
    const [tag = "", list = ""] = line.split(/:(.*)/);
    if (tag === "#EXT-X-STREAM-INF")
      variants.push({ at, uri: lines[index + 1] ?? "", attributes: attributesOf(list) });
    if (tag === "#EXT-X-MEDIA") media.push({ at, attributes: attributesOf(list) });
  }
  return { variants, media };
}

/** Faults of a multivariant playlist by itself (§4.1, §4.4.6). */
export function checkMultivariant(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const { variants, media } = parseMultivariant(text);
  const count = (tag: string): number => lines.filter((line) => line.startsWith(`#${tag}`)).length;
  const lists = lines.filter((line) => /^#EXT-X-(STREAM-INF|MEDIA):/.test(line));
  return [
    ...rule(lines[0] !== "#EXTM3U", "EXTM3U is not the first line"),
    ...rule(
      lines.some((line) => /^#(EXTINF|EXT-X-(TARGETDURATION|MEDIA-SEQUENCE|PART|DATERANGE|MAP))/.test(line)),
      "a tag of a media playlist",
    ),
    ...rule(count("EXT-X-VERSION") > 1, "EXT-X-VERSION is there more than once"),
    ...rule(count("EXT-X-INDEPENDENT-SEGMENTS") > 1, "EXT-X-INDEPENDENT-SEGMENTS is there more than once"),
    ...lists.flatMap((line) =>
      rule(!wellFormed.test(line.slice(line.indexOf(":") + 1)), `a malformed attribute list: ${line}`),
    ),
    ...rule(variants.length === 0, "no variant"),
    ...variants.flatMap((variant) => checkVariant(variant, media)),
    ...media.flatMap(checkMedia),
    ...checkGroups(media),
    ...checkAlike(variants),
  ];
}

function checkVariant({ at, uri, attributes }: ParsedVariant, media: readonly ParsedMedia[]): string[] {
  const { BANDWIDTH, CODECS, RESOLUTION, "AVERAGE-BANDWIDTH": average, "FRAME-RATE": rate } = attributes;
  const pictures = /avc1|hvc1|av01/.test(CODECS ?? "");
  return [
    ...rule(!whole.test(BANDWIDTH ?? ""), `${at}: no BANDWIDTH`),
    ...rule(average !== undefined && !whole.test(average), `${at}: AVERAGE-BANDWIDTH is no whole number`),
    ...rule(
      average !== undefined && Number(average) > Number(BANDWIDTH),
      `${at}: the average is above the peak`,
    ),
    ...rule(!CODECS, `${at}: no CODECS`),
    ...rule(pictures && !/^\d+x\d+$/.test(RESOLUTION ?? ""), `${at}: pictures without RESOLUTION`),
    ...rule(!pictures && RESOLUTION !== undefined, `${at}: RESOLUTION without pictures`),
    ...rule(pictures && rate === undefined, `${at}: pictures without FRAME-RATE`),
    ...rule(
      rate !== undefined && !/^\d+(\.\d{1,3})?$/.test(rate),
      `${at}: FRAME-RATE is not rounded to three places`,
    ),
    ...rule(uri === "" || uri.startsWith("#"), `${at}: no URI follows`),
    ...types.flatMap((type) => {
      const group = attributes[type];
      if (group === undefined || group === "NONE") return [];
      const known = media.some(({ attributes: { TYPE, "GROUP-ID": id } }) => TYPE === type && id === group);
      return rule(!known, `${at}: there is no ${type} group ${group}`);
    }),
  ];
}

function checkMedia({ at, attributes }: ParsedMedia): string[] {
  const { TYPE = "", URI, DEFAULT, AUTOSELECT, FORCED, "GROUP-ID": group, NAME } = attributes;
  const instream = attributes["INSTREAM-ID"];
  const flag = (name: string): string[] =>
    rule(!["YES", "NO", undefined].includes(attributes[name]), `${at}: ${name} is neither YES nor NO`);
  return [
    ...rule(!types.some((type) => type === TYPE), `${at}: no known TYPE`),
    ...rule(!group, `${at}: no GROUP-ID`),
    ...rule(!NAME, `${at}: no NAME`),
    ...flag("DEFAULT"),
    ...flag("AUTOSELECT"),
    ...rule(DEFAULT === "YES" && AUTOSELECT === "NO", `${at}: the default is not to be selected`),
    ...rule(TYPE === "SUBTITLES" && !URI, `${at}: subtitles without URI`),
    ...rule(TYPE === "CLOSED-CAPTIONS" && URI !== undefined, `${at}: closed captions with a URI`),
    ...rule(
      (TYPE === "CLOSED-CAPTIONS") !== (instream !== undefined),
      `${at}: INSTREAM-ID where it does not belong`,
    ),
    ...rule(FORCED !== undefined && TYPE !== "SUBTITLES", `${at}: FORCED beside no subtitles`),
    ...rule(
      attributes.CHANNELS !== undefined && (TYPE !== "AUDIO" || !/^\d+(\/|$)/.test(attributes.CHANNELS)),
      `${at}: CHANNELS are no number, or not of sound`,
    ),
  ];
}

/** §4.4.6.1.1: a group's members have names of their own, and one of them at most is the default. */
function checkGroups(media: readonly ParsedMedia[]): string[] {
  const groups = Map.groupBy(media, ({ attributes: { TYPE, "GROUP-ID": id } }) => `${TYPE} ${id}`);
  return [...groups].flatMap(([name, members]) => [
    ...rule(
      new Set(members.map(({ attributes }) => attributes.NAME)).size < members.length,
      `group ${name}: a NAME twice`,
    ),
    ...rule(
      members.filter(({ attributes }) => attributes.DEFAULT === "YES").length > 1,
      `group ${name}: two defaults`,
    ),
  ]);
}

/** What a player needs to choose: no address twice, and more bits for more picture. */
function checkAlike(variants: readonly ParsedVariant[]): string[] {
  const lines = ({ attributes: { RESOLUTION } }: ParsedVariant): number =>
    Number(RESOLUTION?.split("x")[1] ?? 0);
  const bits = ({ attributes: { BANDWIDTH } }: ParsedVariant): number => Number(BANDWIDTH);
  const bySize = [...variants].sort((a, b) => lines(a) - lines(b));
  return [
    ...rule(new Set(variants.map(({ uri }) => uri)).size < variants.length, "a variant's URI twice"),
    ...bySize.flatMap((variant, index) => {
      const smaller = bySize[index - 1];
      const costsMore = smaller && lines(smaller) < lines(variant) && bits(smaller) >= bits(variant);
      return rule(
        costsMore === true,
        `${variant.at}: a larger picture than ${smaller?.uri} for no more bits`,
      );
    }),
  ];
}

/**
 * Faults of the media playlists of one multivariant playlist as they stood at one moment (§6.2.4, §4.4.5.4).
 *
 * @param texts by URI
 */
export function checkRenditions(texts: ReadonlyMap<string, string>): string[] {
  const playlists = [...texts].map(([uri, text]) => ({ uri, ...parsePlaylist(text) }));
  const [first, ...others] = playlists;
  if (!first) return ["no rendition"];
  return [
    ...others.flatMap((other) => compare(first, other)),
    ...playlists.flatMap((playlist) => checkReports(playlist, playlists)),
  ];
}

type Named = ParsedPlaylist & { uri: string };

function compare(first: Named, other: Named): string[] {
  const at = other.uri;
  const known = new Map(first.segments.map((segment) => [segment.sequence, segment]));
  return [
    ...rule(first.targetDuration !== other.targetDuration, `${at}: another TARGETDURATION`),
    ...rule(first.partTarget !== other.partTarget, `${at}: another PART-TARGET`),
    ...rule(first.ended !== other.ended, `${at}: has ended, or has not`),
    ...other.segments.flatMap((segment) => {
      const same = known.get(segment.sequence);
      if (!same) return [];
      const where = `${at}: segment ${segment.sequence}`;
      return [
        ...rule(same.programmeMs !== segment.programmeMs, `${where} is at another time`),
        ...rule(same.duration !== segment.duration, `${where} has another length`),
        ...rule(same.discontinuity !== segment.discontinuity, `${where} is behind another discontinuity`),
        ...rule(
          same.parts.length !== segment.parts.length ||
            same.parts.some((part, index) => part.duration !== segment.parts[index]?.duration),
          `${where} has other parts`,
        ),
      ];
    }),
    ...rule(
      first.segments.at(-1)?.sequence !== other.segments.at(-1)?.sequence,
      `${at}: ends with another segment`,
    ),
  ];
}

/** Every other rendition is told of, and where it is. */
function checkReports(playlist: Named, all: readonly Named[]): string[] {
  if (playlist.partTarget === null || playlist.ended) return [];
  return all.flatMap((other) => {
    if (other.uri === playlist.uri) return [];
    const report = playlist.reports.find(({ URI }) => URI === other.uri);
    const last = other.segments.findLast(({ uri, parts }) => uri !== null || parts.length > 0);
    const parts = last?.parts.length ?? 0;
    return [
      ...rule(!report, `${playlist.uri}: no rendition report of ${other.uri}`),
      ...rule(
        report !== undefined &&
          (report["LAST-MSN"] !== String(last?.sequence) ||
            (parts > 0 && report["LAST-PART"] !== String(parts - 1))),
        `${playlist.uri}: the rendition report of ${other.uri} is wrong`,
      ),
    ];
  });
}

/** Faults of what a variant promises of its bits (§4.4.6.2): `segments`, bytes and seconds of each. */
export function checkBandwidth(
  { uri, attributes }: ParsedVariant,
  segments: readonly { bytes: number; seconds: number }[],
): string[] {
  const peak = Math.max(...segments.map(({ bytes, seconds }) => (8 * bytes) / seconds));
  return rule(
    peak > Number(attributes.BANDWIDTH) * 1.1,
    `${uri}: a segment of ${Math.round(peak / 1000)} kbit/s is above BANDWIDTH`,
  );
}
