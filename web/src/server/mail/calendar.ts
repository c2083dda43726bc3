import type { Webinar } from "@rostrum/db";
import ical, { ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod } from "ical-generator";

type Invitation = { attendee: { email: string; name: string }; link: string; organizer: string };

/** The webinar as an iCalendar request (RFC 5545, 5546): stable UID, rising SEQUENCE, times in UTC. */
export function calendarEntry(webinar: Webinar, { attendee, link, organizer }: Invitation): string {
  const calendar = ical({
    prodId: { company: "Rostrum", product: "Webinars" },
    method: ICalCalendarMethod.REQUEST,
  });
  const match = /^(.*)<(.+)>$/.exec(organizer);
  calendar.createEvent({
    id: `${webinar.id}@rostrum`,
    sequence: webinar.icsSequence,
    start: webinar.startsAt,
    end: new Date(webinar.startsAt.getTime() + webinar.durationMinutes * 60_000),
    summary: webinar.title,
    description: `${webinar.description}\n\nYour personal link: ${link}`.trim(),
    url: link,
    location: link,
    organizer: { name: match?.[1]?.trim() || "Rostrum", email: match?.[2] ?? organizer },
    attendees: [
      {
        email: attendee.email,
        name: attendee.name || attendee.email,
        role: ICalAttendeeRole.REQ,
        status: ICalAttendeeStatus.NEEDSACTION,
        rsvp: false,
      },
    ],
  });
  return calendar.toString();
}
