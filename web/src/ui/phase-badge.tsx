import type { WebinarPhase } from "@rostrum/protocol";

const labels: Record<WebinarPhase, string> = {
  draft: "Draft",
  scheduled: "Scheduled",
  "green-room": "Green room",
  live: "Live",
  ended: "Ended",
};

/** `label` where it is not English. */
export function PhaseBadge({ phase, label = labels[phase] }: { phase: WebinarPhase; label?: string }) {
  return <span className={`badge ${phase === "live" ? "live" : ""}`}>{label}</span>;
}
