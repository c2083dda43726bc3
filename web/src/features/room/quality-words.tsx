"use client";
import type { Locale } from "@rostrum/protocol";
import { createContext, type ReactNode, useContext } from "react";
import { type Texts, textsFor } from "../../texts/index.ts";

const Words = createContext(textsFor("en").quality);

/** The language of what is inside, for the quality menu and the moments. */
export function QualityWords({ locale, children }: { locale: Locale; children: ReactNode }) {
  return <Words.Provider value={textsFor(locale).quality}>{children}</Words.Provider>;
}

export const useQualityWords = (): Texts["quality"] => useContext(Words);
