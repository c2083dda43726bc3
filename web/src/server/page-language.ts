import type { Metadata } from "next";
import { headers } from "next/headers";
import { cache } from "react";
import { type Texts, textsFor } from "../texts/index.ts";
import { type Language, languageOf, pathHeader } from "./language.ts";
import { services } from "./services.ts";

/** The language of the page that is being rendered, found once for its head, its layout and itself. */
export const pageLanguage = cache(async (): Promise<Language> => {
  const asked = await headers();
  return languageOf(services(), asked.get(pathHeader) ?? "/", asked);
});

/** `generateMetadata` of a page: its title in its language. */
export const titled =
  (title: (titles: Texts["site"]["titles"]) => string, more: Metadata = {}) =>
  async (): Promise<Metadata> => {
    const { locale } = await pageLanguage();
    return { title: title(textsFor(locale).site.titles), ...more };
  };
