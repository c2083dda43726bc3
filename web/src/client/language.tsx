"use client";
import type { Locale, WireError } from "@rostrum/protocol";
import { createContext, type ReactNode, use, useContext, useEffect, useMemo } from "react";
import { faultText, saidIn } from "../texts/fault.ts";
import type { Texts } from "../texts/index.ts";
import { wireError } from "./api.ts";

/** A language's texts are a file of their own: the other languages stay on the server. */
const load: Record<Locale, () => Promise<Texts>> = {
  en: () => import("../texts/en.ts").then(({ en }) => en),
  de: () => import("../texts/de.ts").then(({ de }) => de),
};
const loaded = new Map<Locale, Promise<Texts>>();

function textsIn(locale: Locale): Promise<Texts> {
  const known = loaded.get(locale);
  if (known) return known;
  const texts = load[locale]();
  loaded.set(locale, texts);
  // Tried again by whoever asks next.
  texts.catch(() => loaded.delete(locale));
  return texts;
}

type Language = {
  locale: Locale;
  /** Whether the reader may choose another. */
  choice: boolean;
  texts: Texts;
};
const LanguageContext = createContext<Language | null>(null);

type Props = { locale: Locale; choice: boolean; children: ReactNode };

/** Everything below is in this language. The server renders with it too; a change keeps what is mounted. */
export function LanguageProvider({ locale, choice, children }: Props) {
  const texts = use(textsIn(locale));
  const language = useMemo(() => ({ locale, choice, texts }), [locale, choice, texts]);
  // The page was rendered with it; a page that is come to within the site may have another.
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error("no LanguageProvider above");
  return language;
}

export const useTexts = (): Texts => useLanguage().texts;

/** Words for what went wrong: of whatever a call threw, and of a sentence that the connection told. */
export function useFaults() {
  const { faults } = useTexts();
  return useMemo(
    () => ({
      /** Our own error behind it, its message in the reader's language. */
      of: (error: unknown): WireError => {
        const wire = wireError(error);
        return { ...wire, message: faultText(faults, wire) };
      },
      said: (sentence: string): string => saidIn(faults, sentence) ?? sentence,
    }),
    [faults],
  );
}
