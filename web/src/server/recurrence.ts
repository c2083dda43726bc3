import type { SeriesRule } from "@rostrum/db";
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** RFC 5545 rule of a series. Monthly means the same weekday: the second Tuesday, or the last one after the fourth. */
function ruleText({ every, count }: SeriesRule, first: Temporal.ZonedDateTime): string {
  if (every === "week") return `FREQ=WEEKLY;COUNT=${count}`;
  if (every === "two-weeks") return `FREQ=WEEKLY;INTERVAL=2;COUNT=${count}`;
  const nth = Math.ceil(first.day / 7);
  return `FREQ=MONTHLY;BYDAY=${nth > 4 ? -1 : nth}${weekdays[first.dayOfWeek - 1]};COUNT=${count}`;
}

/** The local day of an instant, YYYY-MM-DD. */
export const localDay = (at: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/**
 * The dates of a series: at the same local time in the host's zone, whatever its clocks do meanwhile. A day on which
 * clocks skip that time is none of them (RFC 5545 §3.3.10). Days `without` are left out, not made up for.
 */
export function seriesDates(startsAt: Date, rule: SeriesRule): Date[] {
  const first = Temporal.Instant.fromEpochMilliseconds(startsAt.getTime()).toZonedDateTimeISO(rule.timeZone);
  const dates = new RRuleTemporal({ rruleString: ruleText(rule, first), dtstart: first as never }).all();
  return dates
    .map((date) => new Date(date.epochMilliseconds))
    .filter((date) => !rule.without.includes(localDay(date, rule.timeZone)));
}

/** How a date moved on its clock: from one local time to another, maybe in another zone. */
export type Move = { from: { at: Date; timeZone: string }; to: { at: Date; timeZone: string } };

/** Another date of the series moved the same way: as many days, to the same time on its own day. */
export function movedAlong(date: Date, { from, to }: Move): Date {
  const local = (at: Date, zone: string) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDateTime();
  const by = local(from.at, from.timeZone).until(local(to.at, to.timeZone), { largestUnit: "day" });
  const moved = local(date, from.timeZone).add(by).toZonedDateTime(to.timeZone);
  return new Date(moved.epochMilliseconds);
}
