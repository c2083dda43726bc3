import { claimWrapUp, listUnfinished, queueWebhooks, type WebhookEvent, type Webinar } from "@rostrum/db";
import { streamPeople } from "../server/exports/people.ts";
import type { Services } from "../server/services.ts";

const batch = 500;

/**
 * Once a webinar is over and everybody has gone: what came of each registrant, as `attendance.finished`, also of those
 * who did not come. Once per webinar, however many workers. Answers how many registrants were told of.
 */
export async function wrapUpWebinars(services: Pick<Services, "db">, now: Date): Promise<number> {
  let told = 0;
  for (const webinar of await listUnfinished(services.db, now)) told += await wrapUp(services, webinar, now);
  return told;
}

function wrapUp(services: Pick<Services, "db">, webinar: Webinar, now: Date): Promise<number> {
  return services.db.transaction(async (tx) => {
    if (!(await claimWrapUp(tx, webinar.id))) return 0;
    let told = 0;
    let events: WebhookEvent[] = [];
    const flush = async () => {
      await queueWebhooks(tx, webinar.id, events);
      told += events.length;
      events = [];
    };
    for await (const person of streamPeople({ db: tx, webinar, now })) {
      if (person.status !== "registered" && person.attendance.joins === 0) continue;
      events.push(finished(person));
      if (events.length >= batch) await flush();
    }
    await flush();
    return told;
  });
}

const minutes = (ms: number): number => Math.round(ms / 600) / 100;

type Finished = {
  id: string;
  email: string;
  name: string;
  score: number;
  utm: Record<string, string>;
  attendance: { joins: number; firstJoinedAt: number | null; lastLeftAt: number | null; duringMs: number };
  activity: { pollsAnswered: number; questionsAsked: number };
};

const finished = ({ id, email, name, utm, score, attendance, activity }: Finished): WebhookEvent => ({
  event: "attendance.finished",
  registrationId: id,
  data: {
    registration: { id, email, name, utm },
    attendance: {
      attended: attendance.joins > 0,
      joins: attendance.joins,
      firstJoinedAt:
        attendance.firstJoinedAt === null ? null : new Date(attendance.firstJoinedAt).toISOString(),
      lastLeftAt: attendance.lastLeftAt === null ? null : new Date(attendance.lastLeftAt).toISOString(),
      minutesWhileLive: minutes(attendance.duringMs),
      engagementScore: score,
      pollsAnswered: activity.pollsAnswered,
      questionsAsked: activity.questionsAsked,
    },
  },
});
