import {
  findRegistration,
  findWebinar,
  type OutboxMail,
  PermanentMailError,
  type Webinar,
} from "@rostrum/db";
import type { SendMailOptions } from "nodemailer";
import type { Services } from "../services.ts";
import { unsubscribeUrl } from "../unsubscribe.ts";
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

/** The start as seen from now, roughly. */
function inAWhile({ startsAt }: Webinar): string {
  const minutes = Math.max(1, Math.round((startsAt.getTime() - Date.now()) / 60_000));
  if (minutes < 90) return `in ${minutes} minutes`;
  if (minutes < 36 * 60) return `in ${Math.round(minutes / 60)} hours`;
  return `in ${Math.round(minutes / 1440)} days`;
}

type Parts = { webinar: Webinar; link: string; name: string; reason: string; text: string };

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
  reminder: ({ webinar, link, name }) => ({
    subject: `Starts ${inAWhile(webinar)}: ${webinar.title}`,
    heading: `${webinar.title} starts ${inAWhile(webinar)}`,
    lines: [`Hello ${name},`, `it starts ${when(webinar)}.`],
    action: { label: "Join the webinar", link },
  }),
  "webinar-changed": ({ webinar, link, name }) => ({
    subject: `Changed: ${webinar.title}`,
    heading: `${webinar.title} has changed`,
    lines: [
      `Hello ${name},`,
      `it now starts ${when(webinar)}.`,
      "The attached entry moves the one in your calendar.",
    ],
    action: { label: "Join the webinar", link },
  }),
  "webinar-cancelled": ({ webinar, name }) => ({
    subject: `Cancelled: ${webinar.title}`,
    heading: `${webinar.title} is cancelled`,
    lines: [
      `Hello ${name},`,
      `the webinar that was to start ${when(webinar)} does not take place.`,
      "The attached entry removes it from your calendar.",
    ],
  }),
  "replay-ready": ({ webinar, link, name }) => ({
    subject: `Watch the recording: ${webinar.title}`,
    heading: `The recording of ${webinar.title} is there`,
    lines: [
      `Hello ${name},`,
      "you can watch it whenever you like, with its chapters, questions and polls.",
      "Your personal link opens it. Please keep it to yourself.",
    ],
    action: { label: "Watch the recording", link: link.replace("/j/", "/replay/t/") },
  }),
  "follow-up-attended": ({ webinar, name, text }) => ({
    subject: `Thank you for coming: ${webinar.title}`,
    heading: "Thank you for coming",
    lines: [`Hello ${name},`, ...paragraphs(text || `it was good to have you at ${webinar.title}.`)],
  }),
  "follow-up-missed": ({ webinar, name, text }) => ({
    subject: `We missed you: ${webinar.title}`,
    heading: "We missed you",
    lines: [
      `Hello ${name},`,
      ...paragraphs(text || `you were registered for ${webinar.title} and could not come.`),
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

const paragraphs = (text: string): string[] => text.split(/\n+/).filter((line) => line.trim() !== "");

/** Mails that carry the calendar entry, and what it asks of the calendar. */
const methods: Record<string, "REQUEST" | "CANCEL"> = {
  confirmation: "REQUEST",
  "join-link": "REQUEST",
  "panelist-invitation": "REQUEST",
  "webinar-changed": "REQUEST",
  "webinar-cancelled": "CANCEL",
  "registration-cancelled": "CANCEL",
};
/** Mails one can do without: they carry a way to stop them (RFC 8058). */
const unasked = new Set(["reminder", "follow-up-attended", "follow-up-missed", "replay-ready"]);
/** Once it is over, a link to the room is one to the replay. */
const linkMails = new Set(["confirmation", "join-link"]);

/**
 * A queued mail, ready for nodemailer. Its Message-ID is the row's: a mail that was sent twice can be told by it. Throws
 * PermanentMailError for one that is not wanted any more, and when its webinar is gone or its kind unknown.
 */
export async function composeMail(services: Services, mail: OutboxMail): Promise<SendMailOptions> {
  const { link = "", name = "", manage = "", reason = "", text = "" } = mail.payload;
  const identity = { messageId: `<${mail.id}@${new URL(services.config.PUBLIC_URL).hostname}>` };
  if (mail.kind === "sign-in") return { ...message(services, mail.recipient, signIn(link)), ...identity };
  if (mail.kind === "member-invitation")
    return {
      ...message(services, mail.recipient, memberInvitation({ link, name, text, reason })),
      ...identity,
    };
  const webinar = mail.webinarId ? await findWebinar(services.db, mail.webinarId) : undefined;
  const kind = webinar?.phase === "ended" && linkMails.has(mail.kind) ? "replay-ready" : mail.kind;
  const content = contents[kind];
  if (!webinar || !content) throw new Error(`cannot compose a mail of kind ${mail.kind}`);
  if (mail.kind === "reminder" && webinar.phase === "ended")
    throw new PermanentMailError("the webinar is over: nobody needs the reminder");
  const registration = mail.registrationId
    ? await findRegistration(services.db, mail.registrationId)
    : undefined;
  const stop = registration && unasked.has(mail.kind) ? unsubscribeUrl(services, registration.id) : undefined;
  const built = {
    ...message(services, mail.recipient, {
      ...content({ webinar, link, name, reason, text }),
      ...(manage ? { manage } : {}),
      ...(stop ? { unsubscribe: stop } : {}),
    }),
    ...identity,
    ...(stop ? { headers: unsubscribeHeaders(stop) } : {}),
  };
  // Whoever has no place is told of a change, and gets no entry for it.
  const method =
    mail.kind === "webinar-changed" && registration?.status !== "registered" ? undefined : methods[kind];
  if (!method) return built;
  const calendar = calendarEntry(webinar, {
    attendee: { email: mail.recipient, name },
    registration,
    link: method === "CANCEL" ? "" : link,
    organizer: services.config.MAIL_FROM,
    method,
  });
  // The MIME method parameter must equal the calendar's METHOD (RFC 6047 §2.4).
  return { ...built, icalEvent: { method, filename: "webinar.ics", content: calendar } };
}

/** RFC 2369 and RFC 8058 §3.1. The page asks first; what mail programs post to does not. */
const unsubscribeHeaders = (url: string) => ({
  "List-Unsubscribe": `<${url.replace("/unsubscribe/", "/api/unsubscribe/")}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

const signIn = (link: string): MailContent => ({
  subject: "Sign in to Rostrum",
  heading: "Sign in to Rostrum",
  lines: ["Use this link within 20 minutes. It works once."],
  action: { label: "Sign in", link },
  small: "You did not ask for this? Then nothing happens; you can delete this mail.",
});

const memberInvitation = ({ link, name, text, reason }: Omit<Parts, "webinar">): MailContent => ({
  subject: `${name} invites you to ${text} on Rostrum`,
  heading: `Join ${text}`,
  lines: [
    `${name} would like to have you in ${text} as ${reason === "owner" || reason === "analyst" ? "an" : "a"} ${reason}.`,
    "The link signs you in and works once, within a week.",
  ],
  action: { label: "Join", link },
  small: "You do not know them? Then nothing happens; you can delete this mail.",
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
