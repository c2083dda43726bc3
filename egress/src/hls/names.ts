/** What a playlist is made of: pictures with sound, or the sound of the same segments by itself. */
export type Rendition = "main" | "audio";
export const renditions: readonly Rendition[] = ["main", "audio"];

const prefix = (rendition: Rendition): string => (rendition === "main" ? "" : "audio-");

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

/** Takes a file name of the playlists apart; undefined when it is none. */
export function parseMediaName(name: string): MediaName | undefined {
  const match = /^(audio-)?(?:init-(\d+)\.mp4|seg-(\d+)\.m4s|part-(\d+)-(\d+)\.m4s)$/.exec(name);
  if (!match) return undefined;
  const [, audio, run, segment, sequence, part] = match;
  const rendition = audio ? "audio" : "main";
  if (run !== undefined) return { kind: "init", rendition, run: Number(run) };
  if (segment !== undefined) return { kind: "segment", rendition, sequence: Number(segment) };
  return { kind: "part", rendition, sequence: Number(sequence), part: Number(part) };
}
