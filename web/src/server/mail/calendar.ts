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

/**
 * The webinar as a calendar publishes it (RFC 5546 §3.2.1): for nobody in particular, with the public page as its place.
 * Its UID is not that of an invitation: a personal one beside it is another entry, that mails move and remove.
 */
export function publishedEntry(webinar: Webinar, page: string): string {
  const calendar = ical({
    prodId: { company: "Rostrum", product: "Webinars" },
    method: ICalCalendarMethod.PUBLISH,
  });
  calendar.createEvent({
    id: `${webinar.id}.public@rostrum`,
    sequence: webinar.icsSequence,
    status: webinar.cancelledAt ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    start: webinar.startsAt,
    end: new Date(webinar.startsAt.getTime() + webinar.durationMinutes * 60_000),
    summary: webinar.title,
    description: `${webinar.description}\n\n${page}`.trim(),
    url: page,
    location: page,
  });
  return calendar.toString();
}
