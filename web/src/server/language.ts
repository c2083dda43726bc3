import {
  findPanelistByToken,
  findRegistration,
  findRegistrationByLink,
  findWebinar,
  findWebinarBySlug,
  type Webinar,
} from "@rostrum/db";
import { Locale } from "@rostrum/protocol";
import { hashSecret } from "./secrets.ts";
import type { Services } from "./services.ts";
import { accountLocale, readCookie } from "./session.ts";
import { readUnsubscribeToken } from "./unsubscribe.ts";

/** A language, and whether the reader may choose another. */
export type Language = { locale: Locale; choice: boolean };

/** Names the page that is asked for. Set by `main.ts` for every request, whatever the caller sent. */
export const pathHeader = "x-rostrum-path";
/** What somebody chose on this browser; their page sets it. */
export const languageCookie = "rostrum-language";

/** The language of ours that a browser likes best (RFC 9110 §12.5.4); English when it likes none. */
export function preferredLocale(accepted: string | null): Locale {
  const wishes = (accepted ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().toLowerCase().split(";");
      const weight = params.map((param) => /^\s*q=([\d.]+)$/.exec(param)?.[1]).find(Boolean);
      return { language: tag.split("-", 1)[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  for (const { language } of wishes) {
    const known = Locale.safeParse(language);
    if (known.success) return known.data;
  }
  return "en";
}

/** The event a page belongs to, by its address. */
export type EventRef = { slug: string } | { link: string } | { unsubscribe: string };

export function eventOf(path: string): EventRef | undefined {
  const link = /^\/(?:j|watch|p|r|check|replay\/t)\/([\w-]{8,200})(?:\/|$)/.exec(path)?.[1];
  if (link) return { link };
  const slug = /^\/(?:w|embed\/w|replay)\/([a-z0-9-]{1,120})(?:\/|$)/.exec(path)?.[1];
  if (slug) return { slug };
  const unsubscribe = /^\/unsubscribe\/([\w.-]{8,200})$/.exec(path)?.[1];
  return unsubscribe ? { unsubscribe } : undefined;
}

/** Pages whose texts are in English alone, until all of a room is translated. */
const englishOnly = (path: string): boolean => /^\/console(?:\/|$)/.test(path);

async function webinarOf(services: Services, ref: EventRef): Promise<Webinar | undefined> {
  if ("slug" in ref) return findWebinarBySlug(services.db, ref.slug);
  if ("unsubscribe" in ref) {
    const registration = await findRegistration(services.db, readUnsubscribeToken(services, ref.unsubscribe));
    return registration && findWebinar(services.db, registration.webinarId);
  }
  const hash = hashSecret(ref.link);
  const registration = await findRegistrationByLink(services.db, hash);
  if (registration) return findWebinar(services.db, registration.webinarId);
  return (await findPanelistByToken(services.db, hash))?.webinar;
}

/**
 * The language of a page: of its event, unless the event lets people choose and they did; else of the account, else what
 * they chose on this browser, else what it asks for. A page whose event cannot be found says so in the visitor's language.
 */
export async function languageOf(services: Services, path: string, headers: Headers): Promise<Language> {
  if (englishOnly(path)) return { locale: "en", choice: false };
  const chosen = Locale.safeParse(readCookie(headers.get("cookie"), languageCookie)).data;
  const ref = eventOf(path);
  const unknown = (error: unknown) => {
    services.log.warn({ err: error }, "a language cannot be read");
    return undefined;
  };
  const webinar = ref && (await webinarOf(services, ref).catch(unknown));
  if (!webinar) {
    const account = ref ? undefined : await accountLocale(services, headers).catch(unknown);
    return { locale: account ?? chosen ?? preferredLocale(headers.get("accept-language")), choice: true };
  }
  const choice = webinar.page.languageChoice !== false;
  return { locale: (choice && chosen) || webinar.locale, choice };
}
