import type { MediaPath, Presence } from "@rostrum/protocol";

const words: Record<Exclude<MediaPath, "udp">, string> = {
  tcp: "over TCP",
  "turn-udp": "through a relay",
  "turn-tcp": "through a relay, over TCP",
  "turn-tls": "through a relay, over TLS",
  hls: "on the broadcast, as nothing else gets through",
};
/** Paths that a browser takes only where UDP does not get out. */
const withoutUdp: MediaPath[] = ["tcp", "turn-tcp", "turn-tls", "hls"];

/** What the host should know of the audience's networks; nothing when all is well. */
export function reachSummary(paths: Presence["paths"]): { title: string; details: string[] } | undefined {
  const count = (path: MediaPath): number => paths?.[path] ?? 0;
  const details = (Object.keys(words) as (keyof typeof words)[]).flatMap((path) =>
    count(path) > 0 ? [`${count(path)} ${words[path]}`] : [],
  );
  if (details.length === 0) return undefined;
  const blocked = withoutUdp.reduce((sum, path) => sum + count(path), 0);
  const title =
    blocked > 0
      ? `${blocked} behind networks that block UDP`
      : `${count("turn-udp")} behind networks that block media`;
  return { title, details };
}
