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

/** What they are mailed. */
export const mailTextsFor = (locale: Locale): MailTexts => mails[locale];
