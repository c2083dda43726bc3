import type { qualityEn } from "./quality-en.ts";

export const qualityDe: typeof qualityEn = {
  button: "Qualität",
  chosen: (quality) => `Qualität: ${quality}`,
  automatic: "Automatisch",
  now: (quality) => `jetzt ${quality}`,
  audioOnly: "Nur Ton",
  moments: "Momente des Programms",
  poll: (question) => `Umfrage: ${question}`,
  question: "Eine Frage wird beantwortet",
  chapter: (title) => `Kapitel: ${title}`,
};
