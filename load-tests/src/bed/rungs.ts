import type { MediaPath } from "@rostrum/protocol";
import type { Rules } from "./host.ts";

/** A network that lets less through than another, and the way by which the stage must get through it. */
export type Rung = {
  name: string;
  rules: Rules;
  path: MediaPath;
  reason: string;
  /** The host is told of it. */
  blocksUdp: boolean;
};

/** What firewalls tell services apart by. */
export type Doors = { turnHost: string; turnPort: number; mediaPort: number };

const noUdp = "meta l4proto udp drop";
const only443 = "meta l4proto tcp tcp dport != 443 drop";

/** From open to closed. What is blocked is dropped without a word, as most firewalls do: nothing tells the browser. */
export function rungs({ turnHost, turnPort, mediaPort }: Doors): Rung[] {
  const noMediaPort = `th dport ${mediaPort} drop`;
  return [
    { name: "nothing blocked", rules: {}, path: "udp", reason: "", blocksUdp: false },
    {
      name: "UDP blocked",
      rules: { output: [noUdp] },
      path: "tcp",
      reason: "UDP is blocked",
      blocksUdp: true,
    },
    {
      name: "TURN only",
      rules: { output: [noMediaPort] },
      path: "turn-udp",
      reason: "the media ports are blocked",
      blocksUdp: false,
    },
    {
      name: "TURN over TCP only",
      rules: { output: [noUdp, `tcp dport { ${mediaPort}, 443 } ip daddr ${turnHost} drop`, noMediaPort] },
      path: "turn-tcp",
      reason: "UDP and the media ports are blocked",
      blocksUdp: true,
    },
    {
      name: "everything but 443 blocked",
      rules: { output: [noUdp, only443] },
      path: "turn-tls",
      reason: "only TLS gets through",
      blocksUdp: true,
    },
    {
      name: "WebRTC impossible",
      rules: { output: [noUdp, only443, `ip daddr ${turnHost} drop`, `th dport ${turnPort} drop`] },
      path: "hls",
      reason: "WebRTC did not get through in 5 s",
      blocksUdp: true,
    },
  ];
}
