import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { FinishedTrack } from "../src/tracks/index.ts";
import { execute } from "./media.ts";

/** A track of one colour, `who` being "Name colour"; its tone is heard in its second half only. */
export async function makeTrack(
  directory: string,
  who: string,
  { codec, offsetMs, seconds }: { codec: "vp8" | "h264"; offsetMs: number; seconds: number },
): Promise<FinishedTrack> {
  const [name = "", colour = ""] = who.split(" ");
  const trackId = randomUUID();
  const file = `track-${trackId}.${codec === "h264" ? "mp4" : "webm"}`;
  const path = join(directory, file);
  const coding =
    codec === "h264"
      ? ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
      : ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-auto-alt-ref", "0"];
  await execute("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", `color=${colour}:size=320x180:rate=30:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
    ...["-af", `volume=0:enable='lt(t,${seconds / 2})'`, ...coding, "-g", "30"],
    ...["-c:a", "libopus", "-ac", "2", "-strict", "-2", path],
  ]);
  const { size: bytes } = await stat(path);
  const about = { trackId, participantId: randomUUID(), name, source: "camera" as const };
  return { ...about, offsetMs, codec, file, durationMs: seconds * 1000, bytes };
}
