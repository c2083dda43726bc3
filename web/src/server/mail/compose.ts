import {
  findRegistration,
  findWebinar,
  type OutboxMail,
  PermanentMailError,
  type Registration,
  type Webinar,
} from "@rostrum/db";
import type { SendMailOptions } from "nodemailer";
import { z } from "zod";
import { type MailKind, mailTextsFor } from "../../texts/index.ts";
import { asksAtJoin, passcodeKey } from "../passcode.ts";
import type { Services } from "../services.ts";
import { unsubscribeUrl } from "../unsubscribe.ts";
import { brandOf } from "../use-cases/public-page.ts";
import { calendarEntry } from "./calendar.ts";
import { markedLink, pictureUrl } from "./marks.ts";
import { seriesParts } from "./series.ts";
import { type MailContent, renderHtml, renderText } from "./templates.ts";
import { fillWords, isMailKind, valuesFor, wordsOf } from "./words.ts";

/** Mails that carry the calendar entry, and what it asks of the calendar. */
const methods: Record<string, "REQUEST" | "CANCEL"> = {
  confirmation: "REQUEST",
  "join-link": "REQUEST",
  "panelist-invitation": "REQUEST",
  "co-host-invitation": "REQUEST",
  "webinar-changed": "REQUEST",
  "webinar-cancelled": "CANCEL",
  "registration-cancelled": "CANCEL",
};
/** Mails before the event, whose reader can still do something about the connection. */
const checkable = new Set<MailKind>(["confirmation", "join-link", "webinar-changed"]);
/** Mails one can do without: they carry a way to stop them (RFC 8058). */
const unasked = new Set<MailKind>(["reminder", "follow-up-attended", "follow-up-missed", "replay-ready"]);
/** Mails that ask for something, which is answered with a button on their own page: scanners open every link of a mail. */
const answered = new Set<MailKind>(["place-offered", "confirm-address", "confirm-reminder"]);
/** Where somebody must stand for such a mail to be of use. */
const askedOf: Partial<Record<MailKind, string>> = {
  "place-offered": "offered",
  "confirm-address": "unconfirmed",
  "confirm-reminder": "unconfirmed",
};
/** Once it is over, a link to the room is one to the replay. */
const linkMails = new Set<MailKind>(["confirmation", "join-link"]);

/**
 * A queued mail, ready for nodemailer. Its Message-ID is the row's: a mail that was sent twice can be told by it. Throws
 * PermanentMailError for one that is not wanted any more, and when its webinar is gone or its kind unknown.
 */
export async function composeMail(services: Services, mail: OutboxMail): Promise<SendMailOptions> {
  const { name = "" } = mail.payload;
  const identity = {
    messageId: `<${mail.id}@${new URL(services.config.PUBLIC_URL).hostname}>`,
    ...returnPath(services, mail),
  };
  const ofAccount = accountMails[mail.kind]?.(mail.payload);
  if (ofAccount) return { ...message(services, mail.recipient, ofAccount), ...identity };
  const webinar = mail.webinarId ? await findWebinar(services.db, mail.webinarId) : undefined;
  if (webinar && mail.kind === "test")
    return { ...message(services, mail.recipient, await testMail(services, webinar, mail)), ...identity };
  if (!webinar || !isMailKind(mail.kind)) throw new Error(`cannot compose a mail of kind ${mail.kind}`);
  const kind = kindNow(webinar, mail.kind);
  const link = carrying(services, webinar, mail.payload.link ?? "");
  const payload = { ...mail.payload, link };
  const registration = mail.registrationId
    ? await findRegistration(services.db, mail.registrationId)
    : undefined;
  refuseUnwanted(kind, registration);
  const stop = registration && unasked.has(kind) ? unsubscribeUrl(services, registration.id) : undefined;
  const content = await webinarMail(services, webinar, { kind, payload, stop });
  const built = {
    ...message(services, mail.recipient, content),
    ...identity,
    ...(registration ? signals(services, { mail, webinar, content }) : {}),
    ...(stop ? { headers: unsubscribeHeaders(stop) } : {}),
  };
  if (kind === "series-confirmation") return { ...built, ...(await seriesParts(services, mail, content)) };
  // Whoever has no place is told of a change, and gets no entry for it.
  const method =
    kind === "webinar-changed" && registration?.status !== "registered" ? undefined : methods[kind];
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

/** A link to the room with the passcode's proof behind it, where the host wants that: in the fragment, which no server logs. */
const carrying = (services: Services, webinar: Webinar, link: string): string =>
  webinar.passcodeInLinks && asksAtJoin(webinar) && link.includes("/j/")
    ? `${link}#k=${passcodeKey(services, webinar)}`
    : link;

/** What a mail that waited is by now. Throws PermanentMailError when nobody needs it any more. */
function kindNow({ phase }: Webinar, kind: MailKind): MailKind {
  if (phase !== "ended") return kind;
  if (kind === "reminder") throw new PermanentMailError("the webinar is over: nobody needs the reminder");
  return linkMails.has(kind) ? "replay-ready" : kind;
}

/** Throws PermanentMailError when what the mail asks for is settled, or its address takes none. */
function refuseUnwanted(kind: MailKind, registration: Registration | undefined): void {
  const asked = askedOf[kind];
  if (asked && registration?.status !== asked)
    throw new PermanentMailError("it was answered meanwhile, or its time is over");
  if (registration?.bouncedAt)
    throw new PermanentMailError("the address takes no mail: nothing is sent to it until it is mended");
}

type WebinarMail = { kind: MailKind; payload: Record<string, string>; stop?: string | undefined };

/** A mail of a webinar in its language, its words and its brand. */
export async function webinarMail(
  services: Services,
  webinar: Webinar,
  { kind, payload, stop }: WebinarMail,
): Promise<MailContent> {
  const { link = "", name = "", manage = "", reason = "", text = "", until = "" } = payload;
  const texts = mailTextsFor(webinar.locale);
  const brand = await brandOf(services, webinar);
  const { action, ...words } = fillWords(
    wordsOf(webinar, kind),
    valuesFor(webinar, kind, { name, reason, text, until, host: brand.name }),
  );
  return {
    ...words,
    action: action && link ? { label: action, link: opens(kind, { link, manage }) } : undefined,
    small: kind === "confirmation" ? texts.attached : undefined,
    links: [
      ...(checkable.has(kind) && link ? [{ label: texts.check, link: link.replace("/j/", "/check/") }] : []),
      ...(manage && !answered.has(kind) ? [{ label: texts.manage, link: manage }] : []),
      ...(stop ? [{ label: texts.unsubscribe, link: stop }] : []),
    ],
    brand: { ...brand, logo: brand.logo && `${services.config.PUBLIC_URL}${brand.logo}` },
    language: webinar.locale,
  };
}

const Words = z.object({ subject: z.string(), heading: z.string(), body: z.string(), action: z.string() });

/** The HTML part once more, so that it tells when links are followed, and when it is opened, where the host wants that. */
function signals(
  services: Services,
  { mail, webinar, content }: { mail: OutboxMail; webinar: Webinar; content: MailContent },
): { html: string } {
  const { action } = content;
  const told = action ? { ...action, link: markedLink(services, mail.id, action.link) } : undefined;
  const html = renderHtml({ ...content, action: told });
  const picture = `<img src="${pictureUrl(services, mail.id)}" alt="" width="1" height="1" style="border:0">`;
  return { html: webinar.mailOpens ? html.replace("</body>", `${picture}</body>`) : html };
}

/** A host's draft, to the host. */
async function testMail(services: Services, webinar: Webinar, { payload }: OutboxMail): Promise<MailContent> {
  const { of: kind = "", words = "" } = payload;
  if (!isMailKind(kind)) throw new PermanentMailError(`there are no mails of kind ${kind}`);
  const mailTexts = { ...webinar.mailTexts, [kind]: Words.parse(JSON.parse(words)) };
  const content = await webinarMail(services, { ...webinar, mailTexts }, { kind, payload });
  return { ...content, subject: `[Test] ${content.subject}` };
}

/** RFC 2369 and RFC 8058 §3.1. The page asks first; what mail programs post to does not. */
const unsubscribeHeaders = (url: string) => ({
  "List-Unsubscribe": `<${url.replace("/unsubscribe/", "/api/unsubscribe/")}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

/** A personal link opens the room, or the replay. */
const opens = (kind: MailKind, { link, manage }: { link: string; manage: string }): string => {
  if (answered.has(kind)) return manage;
  return kind === "replay-ready" ? link.replace("/j/", "/replay/t/") : link;
};

/** Where bounces come back to: an address for each mail (VERP), so that whatever comes there tells which it was. */
function returnPath({ config }: Pick<Services, "config">, mail: OutboxMail) {
  const [local, domain] = (config.BOUNCE_ADDRESS ?? "").split("@");
  return domain ? { envelope: { from: `${local}+${mail.id}@${domain}`, to: mail.recipient } } : {};
}

/** Mails that belong to no webinar. */
const accountMails: Record<string, (payload: Record<string, string>) => MailContent> = {
  "sign-in": ({ link = "" }) => ({
    subject: "Sign in to Rostrum",
    heading: "Sign in to Rostrum",
    lines: ["Use this link within 20 minutes. It works once."],
    action: { label: "Sign in", link },
    small: "You did not ask for this? Then nothing happens; you can delete this mail.",
  }),
  "recording-goes": ({ link = "", name = "", text = "" }) => ({
    subject: `The recording of “${name}” will be deleted on ${longDate(text)}`,
    heading: "A recording will be deleted",
    lines: [
      `The recording of “${name}” is kept until ${longDate(text)} (UTC). Then it is deleted, with its separate tracks, captions, chapters and replay. The figures of the report stay.`,
      "You can download it, or keep it longer, until then.",
    ],
    action: { label: "Look at the recording", link },
    small: "How long recordings are kept is decided under Privacy, and for each webinar under Replay.",
  }),
  "member-invitation": ({ link = "", name = "", text = "", reason = "" }) => ({
    subject: `${name} invites you to ${text} on Rostrum`,
    heading: `Join ${text}`,
    lines: [
      `${name} would like to have you in ${text} as ${reason === "owner" || reason === "analyst" ? "an" : "a"} ${reason}.`,
      "The link signs you in and works once, within a week.",
    ],
    action: { label: "Join", link },
    small: "You do not know them? Then nothing happens; you can delete this mail.",
  }),
};

const longDate = (text: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(text));

const message = (services: Services, to: string, content: MailContent): SendMailOptions => ({
  from: services.config.MAIL_FROM,
  to: { address: to, name: "" },
  subject: content.subject,
  text: renderText(content),
  html: renderHtml(content),
});
