import type { Log, Scope } from "@rostrum/platform";
import { chooseRelief, overloadedSince, type ReliefRules } from "@rostrum/rules";
import type { LoadMeter } from "@rostrum/sfu";
import type { Audiences } from "./audiences.ts";

/** Often enough for an overload to be seen at its age; seldom enough for a quiet edge. */
const mostLookMs = 2000;
const reason = "This server is busy: you are watching the broadcast.";

/** While this edge is overloaded, its least engaged receivers are moved to the broadcast, a few at a time. */
export function relieveWhenBusy(options: {
  audiences: Audiences;
  load: LoadMeter;
  rules: ReliefRules;
  onRelieved: (count: number) => void;
  scope: Scope;
  log: Log;
}): void {
  const { audiences, load, rules, scope, log } = options;
  let since: number | null = null;
  scope.every(Math.min(mostLookMs, Math.max(250, rules.lastsMs / 4)), "relief", () => {
    const now = Date.now();
    since = overloadedSince(since, load, { now, rules });
    const receivers = audiences
      .list()
      .flatMap((audience) =>
        [...audience.fanOut.attendees]
          .filter((attendee) => attendee.receives)
          .map((attendee) => ({ ...audience.standing(attendee), audience, attendee })),
      );
    // What it is like without those who go is known some time after the last of them has gone.
    if (since !== null && receivers.some(({ leaving }) => leaving)) since = now;
    const moved = chooseRelief(receivers, since, { now, rules });
    if (moved.length === 0) return;
    for (const { audience, attendee } of moved) audience.relieve(attendee, reason);
    options.onRelieved(moved.length);
    const { workerCpu, eventLoopDelayMs } = load;
    log.warn(
      { moved: moved.length, of: receivers.length, workerCpu, eventLoopDelayMs },
      "this edge is overloaded: some watch the broadcast now",
    );
  });
}
