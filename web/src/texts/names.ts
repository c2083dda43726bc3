import type { Locale } from "@rostrum/protocol";

/** Each language by its own name. */
export const languageNames: Record<Locale, string> = { en: "English", de: "Deutsch" };
