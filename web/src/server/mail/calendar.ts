import type { Webinar } from "@rostrum/db";
import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventStatus,
} from "ical-generator";

export type Invitation = {
  attendee: { email: string; name: string };
  /** Whose entry it is: the registration, or nobody for panelists. */
  registration?: { id: string; icsSequence: number } | undefined;
  link: string;
  organizer: string;
  method: "REQUEST" | "CANCEL";
};

/**
 * The webinar as an iCalendar message (RFC 5545, 5546): a UID that never changes for a registrant and webinar, a SEQUENCE
 * that rises with every change of either, times in UTC, so that no clock change can move them.
 */
export function calendarEntry(webinar: Webinar, invitation: Invitation): string {
  const { attendee, registration, link, organizer, method } = invitation;
  const calendar = ical({
    prodId: { company: "Rostrum", product: "Webinars" },
    method: method === "CANCEL" ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
  });
  const match = /^(.*)<(.+)>$/.exec(organizer);
  calendar.createEvent({
    id: `${webinar.id}${registration ? `.${registration.id}` : ""}@rostrum`,
    sequence: webinar.icsSequence + (registration?.icsSequence ?? 0),
    status: method === "CANCEL" ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    start: webinar.startsAt,
    end: new Date(webinar.startsAt.getTime() + webinar.durationMinutes * 60_000),
    summary: webinar.title,
    description: `${webinar.description}\n\n${link ? `Your personal link: ${link}` : ""}`.trim(),
    ...(link ? { url: link, location: link } : {}),
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
