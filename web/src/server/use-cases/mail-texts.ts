import { type MailText, queueMail, saveMailTexts, type User, type Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { wrongPlaces } from "@rostrum/rules";
import { type MailKind, mailTextsFor } from "../../texts/index.ts";
import { webinarMail } from "../mail/compose.ts";
import { renderHtml, renderText } from "../mail/templates.ts";
import { mailPlaces, wordsOf } from "../mail/words.ts";
import type { Services } from "../services.ts";

/** The mails whose words a host may write, as they stand. */
export function describeMailTexts(webinar: Webinar) {
  const usual = mailTextsFor(webinar.locale).kinds;
  return (Object.keys(usual) as MailKind[]).map((kind) => ({
    kind,
    words: wordsOf(webinar, kind),
    usual: usual[kind],
    own: kind in webinar.mailTexts,
  }));
}

/** Throws input.invalid at the first text with a place that is none. */
function requirePlaces(words: MailText): void {
  for (const [field, text] of Object.entries(words)) {
    const [wrong] = wrongPlaces(text, mailPlaces);
    if (wrong)
      throw new RostrumError("input.invalid", `${wrong} is nothing that can be filled in.`, {
        field: `words.${field}`,
      });
  }
}

/** Write a mail anew, or with null take the usual words again. */
export async function changeMailText(
  services: Services,
  webinar: Webinar,
  { kind, words }: { kind: MailKind; words: MailText | null },
): Promise<void> {
  if (words) requirePlaces(words);
  await saveMailTexts(services.db, webinar.id, kind, words);
}

const example = (services: Services) => ({
  name: "Ada Byron",
  link: `${services.config.PUBLIC_URL}/j/example`,
  manage: `${services.config.PUBLIC_URL}/r/example`,
  reason: "",
  until: new Date(Date.now() + 24 * 3600_000).toISOString(),
});

type Draft = { kind: MailKind; words: MailText };

/** A mail as somebody would get it, both parts. */
export async function previewMail(services: Services, webinar: Webinar, { kind, words }: Draft) {
  requirePlaces(words);
  const content = await webinarMail(services, withWords(webinar, { kind, words }), {
    kind,
    payload: example(services),
  });
  return { subject: content.subject, html: renderHtml(content), text: renderText(content) };
}

/** The webinar as if these words were saved. */
const withWords = (webinar: Webinar, { kind, words }: Draft): Webinar => ({
  ...webinar,
  mailTexts: { ...webinar.mailTexts, [kind]: words },
});

/** The same to the host's own address. */
export async function sendTestMail(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  { kind, words }: Draft,
): Promise<void> {
  requirePlaces(words);
  await queueMail(services.db, {
    webinarId: webinar.id,
    recipient: user.email,
    kind: "test",
    payload: { ...example(services), of: kind, words: JSON.stringify(words) },
  });
}
