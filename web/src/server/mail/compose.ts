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

type Parts = { webinar: Webinar; link: string; name: string };

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

/** A queued mail, ready for nodemailer. Throws when its webinar is gone or its kind unknown. */
export async function composeMail(services: Services, mail: OutboxMail): Promise<SendMailOptions> {
  const { link = "", name = "" } = mail.payload;
  if (mail.kind === "sign-in") return message(services, mail.recipient, signIn(link));
  const webinar = mail.webinarId ? await findWebinar(services.db, mail.webinarId) : undefined;
  const content = contents[mail.kind];
  if (!webinar || !content) throw new Error(`cannot compose a mail of kind ${mail.kind}`);
  const built = message(services, mail.recipient, content({ webinar, link, name }));
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
