import {
  findSeries,
  insertSeries,
  joinSeries,
  listSeriesDates,
  recordAudit,
  type Series,
  type SeriesRule,
  type User,
  type Webinar,
  type WebinarChange,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { movedAlong, seriesDates } from "../recurrence.ts";
import type { Services } from "../services.ts";
import { blueprintOf, buildWebinar } from "./blueprint.ts";
import { callOff, changeWebinar } from "./webinars.ts";

/** Make a webinar the first of a series, and the others like it. Throws input.invalid when there is one date or none. */
export async function makeSeries(
  services: Services,
  user: User,
  order: { webinar: Webinar; rule: SeriesRule; choice: Series["choice"] },
): Promise<Series> {
  const { webinar, rule, choice } = order;
  const dates = seriesDates(webinar.startsAt, rule).filter(
    (at) => at.getTime() !== webinar.startsAt.getTime(),
  );
  if (dates.length === 0)
    throw new RostrumError("input.invalid", "A series has at least two dates.", { field: "repeat.count" });
  if (webinar.seriesId) throw new RostrumError("conflict", "This webinar is one date of a series already.");
  const blueprint = await blueprintOf(services, webinar);
  const made = await services.db.transaction(async (tx) => {
    const series = await insertSeries(tx, { organisationId: user.organisationId, rule, choice });
    await joinSeries(tx, webinar.id, series.id);
    for (const startsAt of dates) await buildWebinar(tx, user, { blueprint, startsAt, seriesId: series.id });
    return series;
  });
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "series.created",
    subject: made.id,
    details: { dates: dates.length + 1 },
  });
  return made;
}

/** A webinar's series with all its dates; null for one that stands alone. */
export async function describeSeries(services: Services, webinar: Webinar) {
  const series = webinar.seriesId ? await findSeries(services.db, webinar.seriesId) : undefined;
  if (!series) return null;
  const dates = await listSeriesDates(services.db, series.id);
  return {
    id: series.id,
    choice: series.choice,
    dates: dates.map(({ id, title, startsAt, phase, cancelledAt }) => ({
      id,
      title,
      phase,
      startsAt: startsAt.getTime(),
      cancelled: cancelledAt !== null,
    })),
  };
}

/** This date and those after it that have not begun. */
async function following(services: Services, webinar: Webinar): Promise<Webinar[]> {
  if (!webinar.seriesId) return [webinar];
  const dates = await listSeriesDates(services.db, webinar.seriesId, webinar.startsAt);
  return dates.filter(({ phase }) => phase === "scheduled" || phase === "green-room");
}

type By = { user: User; webinar: Webinar };

/**
 * Change this date and the following: title, words, duration and zone as given, dates moved as this one moves. Each date's
 * registrants are told of theirs. Answers how many were changed.
 */
export async function changeFollowing(
  services: Services,
  { user, webinar }: By,
  change: WebinarChange,
): Promise<number> {
  const move = {
    from: { at: webinar.startsAt, timeZone: webinar.timeZone },
    to: { at: change.startsAt, timeZone: change.timeZone },
  };
  const dates = await following(services, webinar);
  for (const date of dates)
    await changeWebinar(
      services,
      { user, webinar: date },
      { ...change, startsAt: date.id === webinar.id ? change.startsAt : movedAlong(date.startsAt, move) },
    );
  return dates.length;
}

/** Call off this date and the following. Answers how many were. */
export async function cancelFollowing(services: Services, { user, webinar }: By): Promise<number> {
  const dates = await following(services, webinar);
  for (const date of dates) await callOff(services, { user, webinar: date });
  return dates.length;
}
