import {
  type ActivityCounts,
  countActivity,
  countInteraction,
  type Executor,
  type FormField,
  listRegistrationPages,
  noActivity,
  type RegistrationWithStays,
  type Webinar,
} from "@rostrum/db";
import { type Attendance, attendanceOf, engagementScore, eventMs } from "@rostrum/rules";

/** What an export is made of: read once, so that all of its rows are as of one moment. */
export type Source = { db: Executor; webinar: Webinar; fields: FormField[]; now: Date };
/** One registrant with all that is told about them. */
export type Person = RegistrationWithStays & {
  attendance: Attendance;
  activity: ActivityCounts;
  score: number;
};

export const eventTimes = ({ liveAt, endedAt }: Webinar) => ({
  liveAt: liveAt?.getTime() ?? null,
  endedAt: endedAt?.getTime() ?? null,
});

/** All registrants in the order they registered, with attendance and score; a page of them in memory at a time. */
export async function* streamPeople({ db, webinar, now }: Omit<Source, "fields">): AsyncGenerator<Person> {
  const { pollsOpened } = await countInteraction(db, webinar.id);
  for await (const page of listRegistrationPages(db, webinar.id))
    yield* await describePage({ db, webinar, now }, page, pollsOpened);
}

/** The same for some of them. */
export async function describePeople(
  source: Omit<Source, "fields">,
  page: RegistrationWithStays[],
): Promise<Person[]> {
  const { pollsOpened } = await countInteraction(source.db, source.webinar.id);
  return describePage(source, page, pollsOpened);
}

async function describePage(
  { db, webinar, now }: Omit<Source, "fields">,
  page: RegistrationWithStays[],
  pollsOpened: number,
): Promise<Person[]> {
  const times = eventTimes(webinar);
  const offered = { eventMs: eventMs(times, now.getTime()), pollsOpened };
  const ids = page.map(({ id }) => id);
  const activities = await countActivity(db, webinar.id, ids);
  return page.map((registration) => {
    const stays = registration.stays.map(({ joinedAt, leftAt, delivery }) => ({
      joinedAt: joinedAt.getTime(),
      leftAt: leftAt?.getTime() ?? null,
      delivery,
    }));
    const attendance = attendanceOf(stays, times, now.getTime());
    const activity = activities.get(registration.id) ?? noActivity;
    const score = engagementScore(
      { ...activity, duringMs: attendance.duringMs },
      offered,
      webinar.engagementWeights,
    );
    return { ...registration, attendance, activity, score };
  });
}

/** How the stage got to somebody the last time that their browser told, and why not better. */
export function lastReach(stays: RegistrationWithStays["stays"]) {
  const told = stays.filter(({ path }) => path !== null);
  const last = told.sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime()).at(-1);
  return last?.path ? { path: last.path, reason: last.pathReason ?? "" } : null;
}
