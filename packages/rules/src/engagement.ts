/**
 * The engagement score: how much of what a webinar offered somebody took part in, 0 to 100. The formula is published in
 * docs/reports.md and made of whole numbers only, so that anyone who recomputes it from the raw export gets the same.
 */
export type EngagementWeights = {
  attendance: number;
  polls: number;
  questions: number;
  chat: number;
  hands: number;
};

/** What a new webinar scores by; each webinar keeps its own. */
export const defaultWeights: EngagementWeights = {
  attendance: 60,
  polls: 20,
  questions: 10,
  chat: 5,
  hands: 5,
};

export type Activity = {
  /** Time present while the webinar was live, ms. */
  duringMs: number;
  pollsAnswered: number;
  questionsAsked: number;
  upvotesGiven: number;
  chatMessages: number;
  handsRaised: number;
};
/** What there was to take part in. */
export type Offered = { eventMs: number; pollsOpened: number };

const full = 1000;

/** Each part in thousandths, whole; null when there was nothing to take part in. */
function partsOf(
  activity: Activity,
  { eventMs, pollsOpened }: Offered,
): Record<keyof EngagementWeights, number | null> {
  const share = (done: number, of: number) =>
    of === 0 ? null : Math.min(full, Math.floor((full * done) / of));
  return {
    attendance: share(activity.duringMs, eventMs),
    polls: share(activity.pollsAnswered, pollsOpened),
    questions: Math.min(full, full * activity.questionsAsked + 250 * activity.upvotesGiven),
    chat: Math.min(full, 250 * activity.chatMessages),
    hands: Math.min(full, full * activity.handsRaised),
  };
}

/** A whole number from 0 to 100: the weighted mean of the parts, rounded half up. Parts nobody could earn are left out. */
export function engagementScore(activity: Activity, offered: Offered, weights: EngagementWeights): number {
  let sum = 0;
  let weight = 0;
  for (const [name, part] of Object.entries(partsOf(activity, offered))) {
    if (part === null) continue;
    sum += weights[name as keyof EngagementWeights] * part;
    weight += weights[name as keyof EngagementWeights];
  }
  return weight === 0 ? 0 : Math.floor((2 * sum + 10 * weight) / (20 * weight));
}
