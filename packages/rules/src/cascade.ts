import type { WebinarPhase } from "@rostrum/protocol";

/** A link stays this long after the last receiver left, ms: people reload. */
export const linkHoldMs = 5000;

/** One webinar on one edge, as far as its link to the stage goes. */
export type LinkSituation = {
  /** Attendees here who receive media. */
  receivers: number;
  phase: WebinarPhase;
  linked: boolean;
  /** Since when nobody has wanted the link, epoch ms; null while somebody does. */
  unwantedSince: number | null;
};

export type LinkDecision = {
  act: "open" | "close" | "keep";
  unwantedSince: number | null;
  reason: string;
};

/**
 * Whether an edge should have the stage of a webinar. Computed from what is, never remembered: an edge that restarts
 * comes to the same links. Only a live stage is carried; one that has gone off air is let go at once.
 */
export function decideLink(situation: LinkSituation, now: number): LinkDecision {
  const { receivers, phase, linked } = situation;
  if (phase !== "live") return without(linked, "not live", now);
  if (receivers > 0)
    return { act: linked ? "keep" : "open", unwantedSince: null, reason: `${receivers} receive` };
  const unwantedSince = linked ? (situation.unwantedSince ?? now) : null;
  const over = unwantedSince === null || now - unwantedSince >= linkHoldMs;
  return over
    ? without(linked, "nobody receives", now)
    : { act: "keep", unwantedSince, reason: "nobody receives, held" };
}

const without = (linked: boolean, reason: string, now: number): LinkDecision => ({
  act: linked ? "close" : "keep",
  unwantedSince: linked ? now : null,
  reason,
});
