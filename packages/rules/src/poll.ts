import type { Poll, PollTally } from "@rostrum/protocol";
import { type Decision, nothing } from "./decision.ts";

export type PollCommand =
  | { type: "open" }
  | { type: "close" }
  /** `before`: the option this person has voted for already. `retry`: the same request again, not a second vote. */
  | { type: "vote"; optionId: string; before: string | undefined; retry: boolean };

export type PollEvent =
  | { type: "opened"; at: number }
  | { type: "closed"; at: number }
  | { type: "voted"; optionId: string };

/** A poll opens once and closes once; whoever votes, votes once. `now` in epoch ms. */
export function decidePoll(poll: Poll, command: PollCommand, now: number): Decision<PollEvent> {
  switch (command.type) {
    case "open":
      if (poll.status === "open") return nothing;
      return poll.status === "closed"
        ? { refused: "poll.closed" }
        : { events: [{ type: "opened", at: now }] };
    case "close":
      if (poll.status === "closed") return nothing;
      return poll.status === "draft" ? { refused: "conflict" } : { events: [{ type: "closed", at: now }] };
    case "vote":
      return decideVote(poll, command);
  }
}

function decideVote(poll: Poll, vote: Extract<PollCommand, { type: "vote" }>): Decision<PollEvent> {
  if (!poll.options.some((option) => option.id === vote.optionId))
    return { refused: "not-found", field: "optionId" };
  // A vote that was counted stays counted, also when the answer to it was lost and the poll closed meanwhile.
  if (vote.before !== undefined)
    return vote.retry && vote.before === vote.optionId ? nothing : { refused: "poll.already-voted" };
  return poll.status === "open"
    ? { events: [{ type: "voted", optionId: vote.optionId }] }
    : { refused: "poll.closed" };
}

export function evolvePoll(poll: Poll, event: PollEvent): Poll {
  switch (event.type) {
    case "opened":
      return { ...poll, status: "open", openedAt: event.at };
    case "closed":
      return { ...poll, status: "closed", closedAt: event.at };
    case "voted":
      return { ...poll, tally: count(poll.tally, event.optionId) };
  }
}

const count = (tally: PollTally, optionId: string): PollTally => ({
  ...tally,
  version: tally.version + 1,
  voters: tally.voters + 1,
  counts: { ...tally.counts, [optionId]: (tally.counts[optionId] ?? 0) + 1 },
});

/** Of two tallies of a poll the one that knows more votes; the second when they are equal. */
export const newerTally = (ours: PollTally, theirs: PollTally): PollTally =>
  theirs.version >= ours.version ? theirs : ours;

/** Votes of an option in percent, rounded so that they add up to 100 (largest remainder); all 0 without votes. */
export function shares(tally: PollTally, optionIds: readonly string[]): number[] {
  const counts = optionIds.map((id) => tally.counts[id] ?? 0);
  const total = counts.reduce((sum, votes) => sum + votes, 0);
  if (total === 0) return counts.map(() => 0);
  const exact = counts.map((votes) => (votes * 100) / total);
  const rounded = exact.map(Math.floor);
  const left = 100 - rounded.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((share, i) => ({ i, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  const raised = new Set(byRemainder.slice(0, left).map(({ i }) => i));
  return rounded.map((share, i) => share + (raised.has(i) ? 1 : 0));
}
