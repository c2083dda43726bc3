"use client";
import { CalendarPlus } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { Texts } from "../../texts/index.ts";
import { calendarLinks } from "./calendar-links.ts";

const subscribe = () => () => {};
/** The reader's own zone; the server does not know it and renders the host's. */
export const useZone = (host: string): string =>
  useSyncExternalStore(
    subscribe,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => host,
  );
const plain = (zone: string): string => zone.replaceAll("_", " ");

type Props = {
  texts: Texts;
  startsAt: number;
  durationMinutes: number;
  timeZone: string;
};

/**
 * Day and time as the reader's clock shows them, and as the host's does where that is another. Browsers and the server do
 * not write every date alike ("Sun 9" or "Sun, 9"): that is no reason to render the page anew.
 */
export function When({ texts, startsAt, durationMinutes, timeZone }: Props) {
  const zone = useZone(timeZone);
  const format = (options: Intl.DateTimeFormatOptions, where = zone) =>
    new Intl.DateTimeFormat(texts.tag, { ...options, timeZone: where });
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const ends = startsAt + durationMinutes * 60_000;
  const there = format({ weekday: "short", ...time }, timeZone).format(startsAt);
  const elsewhere = there !== format({ weekday: "short", ...time }).format(startsAt);
  return (
    <div className="when">
      <div className="when-leaf" aria-hidden="true">
        <span suppressHydrationWarning>{format({ month: "short" }).format(startsAt)}</span>
        <strong>{format({ day: "numeric" }).format(startsAt)}</strong>
      </div>
      <div>
        <time className="when-day" dateTime={new Date(startsAt).toISOString()} suppressHydrationWarning>
          {format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(startsAt)}
        </time>
        <div suppressHydrationWarning>
          {format(time).formatRange(startsAt, ends)}{" "}
          <span className="dim">
            {texts.page.yourTime(plain(zone))} · {texts.page.minutes(durationMinutes)}
          </span>
        </div>
        {elsewhere && (
          <div className="dim small" suppressHydrationWarning>
            {texts.page.hostTime(there, plain(timeZone))}
          </div>
        )}
      </div>
    </div>
  );
}

/** Calendars to put the date into. */
export function AddToCalendar({
  texts,
  slug,
  title,
  startsAt,
  durationMinutes,
}: Omit<Props, "timeZone"> & { slug: string; title: string }) {
  const origin = useSyncExternalStore(
    subscribe,
    () => window.location.origin,
    () => "",
  );
  const links = calendarLinks({ title, startsAt, durationMinutes, url: `${origin}/w/${slug}` });
  return (
    <details className="calendar-menu">
      <summary className="button small">
        <CalendarPlus size={16} aria-hidden="true" />
        {texts.page.addToCalendar}
      </summary>
      <ul>
        {links.map(({ name, href }) => (
          <li key={name}>
            <a href={href} target="_blank" rel="noreferrer">
              {name}
            </a>
          </li>
        ))}
        <li>
          <a href={`/w/${slug}/calendar.ics`} download>
            {texts.page.calendarFile}
          </a>
        </li>
      </ul>
    </details>
  );
}
