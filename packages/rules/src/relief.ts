import type { RoomSnapshot } from "@rostrum/protocol";

/** When an edge is too busy, and who then watches the broadcast in place of WebRTC. */
export const reliefRules = {
  /** Share of one core by the busiest media worker: below the 0.95 that Linux gives at most to what runs in real time. */
  workerCpu: 0.93,
  /** p99 of the event loop, ms. */
  eventLoopDelayMs: 500,
  /** Once too busy, it is so until both are below this share of their limits. */
  calmShare: 0.9,
  /** It must last: a stampede of joins is no reason to send people away. */
  lastsMs: 8000,
  /** Moved at a time, as a share of those who receive here; then it is looked at again. */
  share: 0.05,
} as const;

export type ReliefRules = { readonly [rule in keyof typeof reliefRules]: number };

export type Receiver = {
  id: string;
  /** Nothing that arrives is looked at. */
  idle: boolean;
  /** When they last asked, wrote or raised a hand; 0 when never. Epoch ms. */
  engagedAt: number;
  joinedAt: number;
  /** On stage, or asked to come: nobody talks with the delay of the broadcast. */
  needed: boolean;
  /** Asked to go already, and still here. */
  leaving: boolean;
};

/** Since when an edge is overloaded, ms; null while it is not. */
export function overloadedSince(
  before: number | null,
  load: { workerCpu: number; eventLoopDelayMs: number },
  { now, rules = reliefRules }: { now: number; rules?: ReliefRules },
): number | null {
  const share = before === null ? 1 : rules.calmShare;
  const over =
    load.workerCpu > rules.workerCpu * share || load.eventLoopDelayMs > rules.eventLoopDelayMs * share;
  return over ? (before ?? now) : null;
}

/**
 * Who moves to the broadcast now: those who look away first, then those least engaged, then those who came last. Nobody
 * while somebody is on their way: what they leave behind is looked at first.
 */
export function chooseRelief<R extends Receiver>(
  receivers: readonly R[],
  since: number | null,
  { now, rules = reliefRules }: { now: number; rules?: ReliefRules },
): readonly R[] {
  if (since === null || now - since < rules.lastsMs) return [];
  if (receivers.some(({ leaving }) => leaving)) return [];
  const count = Math.ceil(receivers.length * rules.share);
  return receivers
    .filter(({ needed }) => !needed)
    .toSorted(
      (a, b) =>
        Number(b.idle) - Number(a.idle) ||
        a.engagedAt - b.engagedAt ||
        b.joinedAt - a.joinedAt ||
        a.id.localeCompare(b.id),
    )
    .slice(0, count);
}

/** What a room knows of how engaged somebody is, on whichever edge they were then. */
export function engagementIn(
  { questions, chat, hands }: Pick<RoomSnapshot, "questions" | "chat" | "hands">,
  participantId: string,
): { engagedAt: number; needed: boolean } {
  const own = <T extends { participantId: string }>(list: readonly T[]): T[] =>
    list.filter((one) => one.participantId === participantId);
  const hand = own(hands)[0];
  const moments = [
    ...own(questions).map(({ askedAt }) => askedAt),
    ...own(chat).map(({ at }) => at),
    ...(hand ? [hand.raisedAt] : []),
  ];
  return { engagedAt: Math.max(0, ...moments), needed: hand !== undefined && hand.status !== "raised" };
}
