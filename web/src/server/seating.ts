import type { Holding, Seating, Webinar } from "@rostrum/db";
import { confirmUntil, lastHoursMs, offerUntil, reconsiderOffer } from "@rostrum/rules";
import { mintJoinMail } from "./join-mail.ts";
import type { Services } from "./services.ts";

type With = Pick<Services, "config">;

/** How seats that become free are handed on. */
export const seating = (services: With, now = Date.now): Seating => ({
  mint: () => mintJoinMail(services),
  offerUntil: ({ startsAt, offerHours }) => {
    const until = offerUntil({ startsAt: startsAt.getTime(), offerHours }, now());
    return until === null ? null : new Date(until);
  },
});

/** The same, and how offers are kept; `at` is what the time is taken to be. */
export const holding = (services: With, at: Date): Holding => ({
  ...seating(services, () => at.getTime()),
  lastMs: lastHoursMs,
  reconsider: ({ startsAt, answerUntil }, now) => {
    const next = reconsiderOffer(
      { startsAt: startsAt.getTime(), answerUntil: answerUntil.getTime() },
      now.getTime(),
    );
    return next.fate === "shorten" ? { fate: "shorten", until: new Date(next.until) } : next;
  },
});

/** Until when somebody who registers now may confirm their address; undefined where nobody has to. */
export function confirmBy({ doubleOptIn, confirmHours, startsAt, phase }: Webinar): Date | undefined {
  if (!doubleOptIn) return undefined;
  const over = phase === "ended";
  return new Date(confirmUntil({ startsAt: startsAt.getTime(), confirmHours, over }, Date.now()));
}
