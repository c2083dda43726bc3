import type { Campaign, MailPlan } from "@rostrum/db";

/** The mails around a webinar that its host chose. */
export function describeMailPlan(campaigns: Campaign[]): MailPlan {
  const followUp = campaigns.find(({ kind }) => kind === "follow-up");
  return {
    reminders: campaigns
      .filter(({ kind }) => kind === "reminder")
      .map(({ offsetMinutes }) => offsetMinutes)
      .sort((a, b) => b - a),
    followUp: followUp
      ? {
          offsetMinutes: followUp.offsetMinutes,
          attendedText: followUp.attendedText,
          missedText: followUp.missedText,
        }
      : null,
  };
}
