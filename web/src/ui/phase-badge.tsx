import type { WebinarPhase } from "@rostrum/protocol";

const labels: Record<WebinarPhase, string> = {
  draft: "Draft",
  scheduled: "Scheduled",
  "green-room": "Green room",
  live: "Live",
  ended: "Ended",
};

export function PhaseBadge({ phase }: { phase: WebinarPhase }) {
  return <span className={`badge ${phase === "live" ? "live" : ""}`}>{labels[phase]}</span>;
}
