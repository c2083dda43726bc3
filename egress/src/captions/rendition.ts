/** The broadcast's captions as a subtitle rendition (RFC 8216 §3.5, §4.3.4.1), beside whatever the playlists hold. */
import { writeVtt } from "@rostrum/rules";
import type { ShownLine } from "./feed.ts";

const media =
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Captions",LANGUAGE="en",AUTOSELECT=YES,DEFAULT=NO,FORCED=NO,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog",URI="captions.m3u8"';

/** A multivariant playlist with captions for every variant that has a picture. */
export function withCaptions(multivariant: string): string {
  const lines = multivariant
    .split("\n")
    .map((line) =>
      line.startsWith("#EXT-X-STREAM-INF:") && line.includes("RESOLUTION=")
        ? `${line},SUBTITLES="captions"`
        : line,
    );
  const first = lines.findIndex((line) => line.startsWith("#EXT-X-STREAM-INF:"));
  return first < 0 ? multivariant : [...lines.slice(0, first), media, ...lines.slice(first)].join("\n");
}

type Listed = { sequence: number; from: number; to: number };

/** The segment that is being made now, listed before it is whole; undefined once nothing follows. Epoch ms. */
function nextOf(plain: string): Listed | undefined {
  if (plain.includes("#EXT-X-ENDLIST")) return undefined;
  const sequence = Number([...plain.matchAll(/^seg-(\d+)\.m4s$/gm)].at(-1)?.[1] ?? Number.NaN);
  const last = Number.isNaN(sequence) ? undefined : timesOf(plain, sequence);
  const target = Number(/^#EXT-X-TARGETDURATION:(\d+)$/m.exec(plain)?.[1] ?? 0);
  return last && { sequence: sequence + 1, from: last.to, to: last.to + target * 1000 };
}

/** What is said of pictures, and what the server does for them alone: captions are neither held back nor sent as deltas. */
const notOfText = [
  "#EXT-X-MAP:",
  "#EXT-X-INDEPENDENT-SEGMENTS",
  "#EXT-X-SERVER-CONTROL:",
  "#EXT-X-DATERANGE:",
];

/**
 * The captions' playlist out of the pictures' (whole segments): the same segments under names of their own, and one more. A
 * player that is nearer to live than the last whole segment would wait for captions for ever (hls.js does); what is said
 * while a segment is made is in the next one too, as lines keep their whole length.
 */
export function captionsPlaylist(plain: string): string {
  const next = nextOf(plain);
  const ahead = next
    ? `#EXT-X-PROGRAM-DATE-TIME:${new Date(next.from).toISOString()}\n#EXTINF:${((next.to - next.from) / 1000).toFixed(1)},\nseg-${next.sequence}.m4s\n`
    : "";
  return `${plain}${ahead}`
    .split("\n")
    .filter((line) => !notOfText.some((tag) => line.startsWith(tag)))
    .map((line) => line.replace(/^seg-(\d+)\.m4s$/, "captions-$1.vtt"))
    .join("\n");
}

/** The same for all that the captions' playlist lists. */
export function captionTimesOf(plain: string, sequence: number): { from: number; to: number } | undefined {
  const next = nextOf(plain);
  return next?.sequence === sequence ? next : timesOf(plain, sequence);
}

/** When a segment of a playlist is on the air, epoch ms; undefined when it is not listed. */
export function timesOf(plain: string, sequence: number): { from: number; to: number } | undefined {
  const entry = new RegExp(
    `#EXT-X-PROGRAM-DATE-TIME:(\\S+)\\n(?:#(?!EXTINF)\\S+\\n)*#EXTINF:([\\d.]+),\\nseg-${sequence}\\.m4s\\n`,
  ).exec(plain);
  if (!entry) return undefined;
  const from = Date.parse(entry[1] ?? "");
  return { from, to: from + Number(entry[2]) * 1000 };
}

/**
 * A segment of captions. Cues keep their whole length in every segment they touch; times are the media's own: its
 * timestamps begin with the first picture.
 *
 * @param firstPictureMs programme time at which the media's timestamps are 0, epoch ms
 */
export function captionsSegment(lines: readonly ShownLine[], firstPictureMs: number): string {
  const cues = lines.map(({ from, to, text }) => ({
    fromMs: from - firstPictureMs,
    toMs: to - firstPictureMs,
    text,
  }));
  return writeVtt(cues, ["X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0"]);
}
