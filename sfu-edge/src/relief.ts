import type { Log, Scope } from "@rostrum/platform";
import { chooseRelief, overloadedSince } from "@rostrum/rules";
import type { LoadMeter } from "@rostrum/sfu";
import type { Attendee } from "./attendee.ts";
import type { Audiences } from "./audiences.ts";

const lookMs = 2000;
const reason = "This server is busy: you are watching the broadcast.";

/** While this edge is overloaded, its least engaged receivers are moved to the broadcast, a few at a time. */
export function relieveWhenBusy(options: {
  audiences: Audiences;
  load: LoadMeter;
  scope: Scope;
  log: Log;
}): void {
  const { audiences, load, scope, log } = options;
  let since: number | null = null;
  scope.every(lookMs, "relief", () => {
    const now = Date.now();
    since = overloadedSince(since, load, now);
    const receivers = audiences
      .list()
      .flatMap((audience) =>
        [...audience.fanOut.attendees]
          .filter((attendee) => attendee.receives && !attendee.leaving)
          .map((attendee) => ({ ...standing(attendee), audience, attendee })),
      );
    const moved = chooseRelief(receivers, since, now) as typeof receivers;
    if (moved.length === 0) return;
    for (const { audience, attendee } of moved) audience.relieve(attendee, reason);
    log.warn(
      { moved: moved.length, of: receivers.length },
      "this edge is overloaded: some watch the broadcast now",
    );
    since = now;
  });
}

const standing = ({ claims, idle, joinedAt, engagedAt }: Attendee) => ({
  id: claims.participantId,
  idle,
  joinedAt,
  engagedAt,
});
