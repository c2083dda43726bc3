import type { ReactNode } from "react";
import { LanguageProvider } from "../client/language.tsx";
import { pageLanguage } from "../server/page-language.ts";

/** A page in its language. */
export async function Localised({ children }: { children: ReactNode }) {
  return <LanguageProvider {...(await pageLanguage())}>{children}</LanguageProvider>;
}
