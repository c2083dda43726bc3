import type { MediaPath, Presence } from "@rostrum/protocol";
import type { Texts } from "../../texts/index.ts";

const paths = ["tcp", "turn-udp", "turn-tcp", "turn-tls", "hls"] as const;
/** Paths that a browser takes only where UDP does not get out. */
const withoutUdp: MediaPath[] = ["tcp", "turn-tcp", "turn-tls", "hls"];

/** What the host should know of the audience's networks; nothing when all is well. */
export function reachSummary(
  reached: Presence["paths"],
  words: Texts["studio"]["reach"],
): { title: string; details: string[] } | undefined {
  const count = (path: MediaPath): number => reached?.[path] ?? 0;
  const details = paths.flatMap((path) => (count(path) > 0 ? [`${count(path)} ${words[path]}`] : []));
  if (details.length === 0) return undefined;
  const blocked = withoutUdp.reduce((sum, path) => sum + count(path), 0);
  const title = blocked > 0 ? words.udpBlocked(blocked) : words.mediaBlocked(count("turn-udp"));
  return { title, details };
}
