import type { WebinarPhase } from "@rostrum/protocol";

export type PhaseCommand = "publish" | "open-green-room" | "go-live" | "end";

/** Phases only move forward; a webinar that ended stays ended. */
const order: readonly WebinarPhase[] = ["draft", "scheduled", "green-room", "live", "ended"];

const targets: Record<PhaseCommand, { to: WebinarPhase; from: readonly WebinarPhase[] }> = {
  publish: { to: "scheduled", from: ["draft"] },
  "open-green-room": { to: "green-room", from: ["scheduled"] },
  "go-live": { to: "live", from: ["scheduled", "green-room"] },
  end: { to: "ended", from: ["scheduled", "green-room", "live"] },
};

export type PhaseDecision =
  | { phase: WebinarPhase; changed: boolean }
  | { refused: "webinar.ended" | "conflict" };

/** What a command makes of a phase. Repeating a command that has had its effect changes nothing and is no fault. */
export function decidePhase(phase: WebinarPhase, command: PhaseCommand): PhaseDecision {
  const { to, from } = targets[command];
  if (phase === to) return { phase, changed: false };
  if (from.includes(phase)) return { phase: to, changed: true };
  return { refused: phase === "ended" ? "webinar.ended" : "conflict" };
}

/** True when `next` does not lie before `phase`. */
export const isForward = (phase: WebinarPhase, next: WebinarPhase): boolean =>
  order.indexOf(next) >= order.indexOf(phase);
