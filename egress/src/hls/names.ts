/** A smaller rendition of the programme, by its height. */
export type RungName = `${number}p`;
/** What a playlist is made of: pictures with sound, the same in a smaller size, or the sound of the same segments by itself. */
export type Rendition = "main" | "audio" | RungName;

const prefix = (rendition: Rendition): string => (rendition === "main" ? "" : `${rendition}-`);

export const initName = (run: number, rendition: Rendition = "main"): string =>
  `${prefix(rendition)}init-${run}.mp4`;
export const segmentName = (sequence: number, rendition: Rendition = "main"): string =>
  `${prefix(rendition)}seg-${sequence}.m4s`;
export const partName = (sequence: number, part: number, rendition: Rendition = "main"): string =>
  `${prefix(rendition)}part-${sequence}-${part}.m4s`;
/** A rendition's playlist with parts; without, see `plainName`. */
export const liveName = (rendition: Rendition): string =>
  rendition === "main" ? "live.m3u8" : `${rendition}.m3u8`;
export const plainName = (rendition: Rendition): string =>
  rendition === "main" ? "plain.m3u8" : `${rendition}-plain.m3u8`;

export type MediaName =
  | { kind: "init"; rendition: Rendition; run: number }
  | { kind: "segment"; rendition: Rendition; sequence: number }
  | { kind: "part"; rendition: Rendition; sequence: number; part: number };

const mediaName = /^(?:(audio|\d{3,4}p)-)?(?:init-(\d+)\.mp4|seg-(\d+)\.m4s|part-(\d+)-(\d+)\.m4s)$/;

/** Takes a file name of the playlists apart; undefined when it is none. */
export function parseMediaName(name: string): MediaName | undefined {
  const match = mediaName.exec(name);
  if (!match) return undefined;
  const [, prefixed, run, segment, sequence, part] = match;
  const rendition = (prefixed ?? "main") as Rendition;
  if (run !== undefined) return { kind: "init", rendition, run: Number(run) };
  if (segment !== undefined) return { kind: "segment", rendition, sequence: Number(segment) };
  return { kind: "part", rendition, sequence: Number(sequence), part: Number(part) };
}

/** The playlist behind a name; undefined when it is none. Whether there is such a rendition, the time line knows. */
export function parsePlaylistName(name: string): { rendition: Rendition; lowLatency: boolean } | undefined {
  if (name === "live.m3u8") return { rendition: "main", lowLatency: true };
  if (name === "plain.m3u8") return { rendition: "main", lowLatency: false };
  const match = /^(audio|\d{3,4}p)(-plain)?\.m3u8$/.exec(name);
  return match ? { rendition: match[1] as Rendition, lowLatency: match[2] === undefined } : undefined;
}
