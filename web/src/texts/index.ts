import { Locale } from "@rostrum/protocol";
import { de } from "./de.ts";
import { en, type Texts } from "./en.ts";
import { mailDe } from "./mail-de.ts";
import { type MailTexts, mailEn } from "./mail-en.ts";

export type { Texts } from "./en.ts";
export type { MailKind, MailTexts } from "./mail-en.ts";
export const locales = Locale.options;

const catalogue: Record<Locale, Texts> = { en, de };
const mails: Record<Locale, MailTexts> = { en: mailEn, de: mailDe };

/** What attendees read, in the language the host chose for the webinar. */
export const textsFor = (locale: Locale): Texts => catalogue[locale];

/**
 * Which words somebody confirmed their address with, for the proof of it: rises with every change of what the page and its
 * mail say (`texts.test.ts` holds it to that).
 */
const confirmVersions: Record<Locale, number> = { en: 1, de: 1 };
export const confirmWords = (locale: Locale): string => `${locale}-${confirmVersions[locale]}`;

/** What they are mailed. */
export const mailTextsFor = (locale: Locale): MailTexts => mails[locale];
