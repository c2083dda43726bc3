export type CalendarEvent = { title: string; startsAt: number; durationMinutes: number; url: string };

/** 20260321T180000Z: UTC, which no clock change moves. */
const basic = (at: number): string =>
  `${new Date(at).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}`;

/** Pages of calendars that are opened with the event filled in. */
export function calendarLinks({ title, startsAt, durationMinutes, url }: CalendarEvent) {
  const endsAt = startsAt + durationMinutes * 60_000;
  const link = (base: string, params: Record<string, string>) => `${base}?${new URLSearchParams(params)}`;
  const outlook = {
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: title,
    startdt: new Date(startsAt).toISOString(),
    enddt: new Date(endsAt).toISOString(),
    location: url,
    body: url,
  };
  return [
    {
      name: "Google",
      href: link("https://calendar.google.com/calendar/render", {
        action: "TEMPLATE",
        text: title,
        dates: `${basic(startsAt)}/${basic(endsAt)}`,
        location: url,
        details: url,
      }),
    },
    { name: "Outlook", href: link("https://outlook.live.com/calendar/0/deeplink/compose", outlook) },
    { name: "Microsoft 365", href: link("https://outlook.office.com/calendar/0/deeplink/compose", outlook) },
    {
      name: "Yahoo",
      href: link("https://calendar.yahoo.com/", {
        v: "60",
        title,
        st: basic(startsAt),
        et: basic(endsAt),
        in_loc: url,
        desc: url,
      }),
    },
  ];
}
