import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A file of `tracks.jsonl`: written when it begins, whole or not. */
export const TrackLine = z.object({
  trackId: z.uuid(),
  participantId: z.uuid(),
  name: z.string().max(200),
  source: z.enum(["camera", "screen"]),
  /** Where its first picture or sound lies on the recording's time line. */
  offsetMs: z.number().int(),
  /** Null: only sound. */
  codec: z.enum(["vp8", "vp9", "h264"]).nullable(),
});
export type TrackLine = z.infer<typeof TrackLine>;

export const listName = "tracks.jsonl";
/** While it grows; afterwards it has the container that players like best. */
export const partName = (trackId: string): string => `track-${trackId}.part`;
export const trackName = ({ trackId, codec }: TrackLine): string =>
  `track-${trackId}.${codec === "h264" ? "mp4" : "webm"}`;

/** Whole lines; the last may have been cut off by a crash. */
export async function readTrackList(directory: string): Promise<TrackLine[]> {
  const text = await readFile(join(directory, listName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const parsed = TrackLine.safeParse(tryJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function tryJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
