const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** From here on a place that becomes free is given, not offered: nobody is left time to answer, ms before the start. */
export const lastHoursMs = 3 * hourMs;
/** An offer that leaves less than this is none, ms. */
export const shortestOfferMs = 30 * minuteMs;
/** Whoever registers just before the start, or later, has this long to confirm, ms. */
export const shortestConfirmMs = 30 * minuteMs;

/** When it starts (epoch ms), and for how many hours a free place is offered; null: it is given at once. */
export type OfferTimes = { startsAt: number; offerHours: number | null };

/** Until when a place that is free now is offered to who waits longest, epoch ms; null: it is given at once. */
export function offerUntil({ startsAt, offerHours }: OfferTimes, now: number): number | null {
  if (offerHours === null) return null;
  const until = Math.min(now + offerHours * hourMs, startsAt - lastHoursMs);
  return until - now < shortestOfferMs ? null : until;
}

/** What becomes of an open offer now that the date is what it is. */
export type OfferFate = { fate: "keep" | "lapse" | "give" } | { fate: "shorten"; until: number };

/**
 * An offer lapses when its time is over. When the event has moved so near that the offer would reach into its last hours,
 * it is shortened, or the place given where too little time would be left: nobody loses by somebody else's change.
 */
export function reconsiderOffer(
  { startsAt, answerUntil }: { startsAt: number; answerUntil: number },
  now: number,
): OfferFate {
  if (answerUntil <= now) return { fate: "lapse" };
  const latest = startsAt - lastHoursMs;
  if (answerUntil <= latest) return { fate: "keep" };
  return latest - now < shortestOfferMs ? { fate: "give" } : { fate: "shorten", until: latest };
}

/**
 * Until when somebody who registers now may confirm their address, epoch ms; their place is held as long. Not beyond the
 * start, but `shortestConfirmMs` in any case. `over`: it is for the recording, and the start means nothing.
 */
export function confirmUntil(
  { startsAt, confirmHours, over }: { startsAt: number; confirmHours: number; over: boolean },
  now: number,
): number {
  const whole = now + confirmHours * hourMs;
  if (over) return whole;
  return Math.max(now + shortestConfirmMs, Math.min(whole, startsAt));
}
