import { findWebinar, type OutboxMail, type Webinar } from "@rostrum/db";
import type { SendMailOptions } from "nodemailer";
import type { Services } from "../services.ts";
import { calendarEntry } from "./calendar.ts";
import { type MailContent, renderHtml, renderText } from "./templates.ts";

/** The date in the webinar's own zone, with the zone's name: a mail cannot know its reader's. */
function when(webinar: Webinar): string {
  const { startsAt, timeZone } = webinar;
  const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone }).format(
    startsAt,
  );
  return `${date} (${timeZone.replaceAll("_", " ")})`;
}

type Parts = { webinar: Webinar; link: string; name: string; reason: string };

const contents: Record<string, (parts: Parts) => MailContent> = {
  confirmation: ({ webinar, link, name }) => ({
    subject: `You are registered: ${webinar.title}`,
    heading: `See you at ${webinar.title}`,
    lines: [
      `Hello ${name},`,
      `you are registered. It starts ${when(webinar)}.`,
      "Your personal link opens the room. Please keep it to yourself.",
    ],
    action: { label: "Join the webinar", link },
    small: "The calendar entry is attached.",
  }),
  "registration-pending": ({ webinar, name }) => ({
    subject: `Your registration is being looked at: ${webinar.title}`,
    heading: "Thank you, we have your registration",
    lines: [
      `Hello ${name},`,
      `the host of ${webinar.title} lets people in by hand. You get a mail with your personal link as soon as yours is approved.`,
      `It starts ${when(webinar)}.`,
    ],
  }),
  "registration-waitlisted": ({ webinar, name }) => ({
    subject: `You are on the waitlist: ${webinar.title}`,
    heading: "All places are taken for now",
    lines: [
      `Hello ${name},`,
      `${webinar.title} is full. You are on the waitlist, and get a mail with your personal link as soon as a place becomes free for you.`,
      `It starts ${when(webinar)}.`,
    ],
  }),
  "registration-denied": ({ webinar, name, reason }) => ({
    subject: `Your registration: ${webinar.title}`,
    heading: "Your registration was not accepted",
    lines: [`Hello ${name},`, `the host cannot let you in to ${webinar.title}.`, ...(reason ? [reason] : [])],
  }),
  "registration-cancelled": ({ webinar, name }) => ({
    subject: `Cancelled: ${webinar.title}`,
    heading: "Your registration is cancelled",
    lines: [
      `Hello ${name},`,
      `you are no longer registered for ${webinar.title}. Changed your mind? Register again on its page.`,
    ],
  }),
  "join-link": ({ webinar, link, name }) => ({
    subject: `Your link: ${webinar.title}`,
    heading: "Here is your personal link",
    lines: [`Hello ${name},`, `${webinar.title} starts ${when(webinar)}.`],
    action: { label: "Join the webinar", link },
  }),
  "panelist-invitation": ({ webinar, link, name }) => ({
    subject: `Your place on stage: ${webinar.title}`,
    heading: `You are invited to speak at ${webinar.title}`,
    lines: [
      `Hello ${name},`,
      `it starts ${when(webinar)}.`,
      "Your personal link opens the studio, where you can check camera and microphone beforehand.",
    ],
    action: { label: "Open the studio", link },
  }),
};

/** Mails that carry the calendar entry. */
const invites = new Set(["confirmation", "join-link", "panelist-invitation"]);

/** A queued mail, ready for nodemailer. Throws when its webinar is gone or its kind unknown. */
export async function composeMail(services: Services, mail: OutboxMail): Promise<SendMailOptions> {
  const { link = "", name = "", manage = "", reason = "" } = mail.payload;
  if (mail.kind === "sign-in") return message(services, mail.recipient, signIn(link));
  const webinar = mail.webinarId ? await findWebinar(services.db, mail.webinarId) : undefined;
  const content = contents[mail.kind];
  if (!webinar || !content) throw new Error(`cannot compose a mail of kind ${mail.kind}`);
  const built = message(services, mail.recipient, {
    ...content({ webinar, link, name, reason }),
    ...(manage ? { manage } : {}),
  });
  if (!invites.has(mail.kind)) return built;
  const calendar = calendarEntry(webinar, {
    attendee: { email: mail.recipient, name },
    link,
    organizer: services.config.MAIL_FROM,
  });
  // The MIME method parameter must equal the calendar's METHOD (RFC 6047 §2.4).
  return { ...built, icalEvent: { method: "REQUEST", filename: "webinar.ics", content: calendar } };
}

const signIn = (link: string): MailContent => ({
  subject: "Sign in to Rostrum",
  heading: "Sign in to Rostrum",
  lines: ["Use this link within 20 minutes. It works once."],
  action: { label: "Sign in", link },
  small: "You did not ask for this? Then nothing happens; you can delete this mail.",
});

function message(services: Services, to: string, content: MailContent): SendMailOptions {
  return {
    from: services.config.MAIL_FROM,
    to: { address: to, name: "" },
    subject: content.subject,
    text: renderText(content),
    html: renderHtml(content),
  };
}
