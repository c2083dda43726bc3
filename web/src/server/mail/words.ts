import type { MailText, Webinar } from "@rostrum/db";
import { fill, fillParagraphs } from "@rostrum/rules";
import { type MailKind, mailTextsFor, textsFor } from "../../texts/index.ts";

/** What can be filled in, in the order hosts are shown it. */
export const mailPlaces = ["name", "title", "when", "starts_in", "host", "reason", "text", "until"] as const;
export type MailValues = Partial<Record<(typeof mailPlaces)[number], string>>;

/** The words of a mail: the host's own, else the catalogue's. */
export const wordsOf = (webinar: Pick<Webinar, "locale" | "mailTexts">, kind: MailKind): MailText =>
  webinar.mailTexts[kind] ?? mailTextsFor(webinar.locale).kinds[kind];

export const isMailKind = (kind: string): kind is MailKind => Object.hasOwn(mailTextsFor("en").kinds, kind);

/** The date in the webinar's own zone, with the zone's name: a mail cannot know its reader's. */
export const when = (webinar: Webinar): string => written(webinar, webinar.startsAt);

function written({ timeZone, locale }: Webinar, at: Date): string {
  const date = new Intl.DateTimeFormat(textsFor(locale).tag, {
    dateStyle: "full",
    timeStyle: "short",
    timeZone,
  }).format(at);
  return `${date} (${timeZone.replaceAll("_", " ")})`;
}

/** The start as seen from now, roughly. */
function startsIn({ startsAt, locale }: Webinar): string {
  const { inMinutes, inHours, inDays } = mailTextsFor(locale);
  const minutes = Math.max(1, Math.round((startsAt.getTime() - Date.now()) / 60_000));
  if (minutes < 90) return inMinutes(minutes);
  if (minutes < 36 * 60) return inHours(Math.round(minutes / 60));
  return inDays(Math.round(minutes / 1440));
}

/** What fills the places of a webinar's mails besides what the mail itself brings. */
export function valuesFor(webinar: Webinar, kind: MailKind, given: MailValues): MailValues {
  const { attendedText, missedText } = mailTextsFor(webinar.locale);
  const usual =
    kind === "follow-up-attended"
      ? attendedText(webinar.title)
      : kind === "follow-up-missed"
        ? missedText(webinar.title)
        : "";
  return {
    ...given,
    title: webinar.title,
    when: when(webinar),
    starts_in: startsIn(webinar),
    until: given.until ? written(webinar, new Date(given.until)) : "",
    text: given.text || usual,
  };
}

/** Words with everything filled in. One line stays one line: a subject is a header. */
export function fillWords(words: MailText, values: MailValues) {
  const filled = values as Record<string, string>;
  return {
    subject: fill(words.subject, filled).replace(/\s+/g, " ").trim(),
    heading: fill(words.heading, filled).replace(/\s+/g, " ").trim(),
    lines: fillParagraphs(words.body, filled),
    action: fill(words.action, filled).trim(),
  };
}
