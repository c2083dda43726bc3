import { createHash } from "node:crypto";
import { placesOf } from "@rostrum/rules";
import { describe, expect, it } from "vitest";
import { confirmWords, locales, mailTextsFor, textsFor as pageTextsFor } from "./index.ts";

/** All that attendees read but what servers say: that is English as it comes (`fault.test.ts`). */
const textsFor = (locale: (typeof locales)[number]) => {
  const { faults: _, ...texts } = pageTextsFor(locale);
  return { ...texts, mail: mailTextsFor(locale) };
};

/** Paths of every text, with what kind of value is there. */
const shape = (value: unknown, path = ""): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`))
    : [`${path}: ${typeof value === "function" ? `function of ${value.length}` : typeof value}`];

const leaves = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];

/** What a text with arguments is called with, and must all say again: words, or numbers where it counts. */
const marks = ["⟦a⟧", "⟦b⟧", "⟦c⟧"];
const numbers = [71, 72, 73];
function spoken(text: unknown): { words: string; given: string[] } {
  if (typeof text !== "function") return { words: String(text), given: [] };
  const words = String(text(...marks.slice(0, text.length)));
  if (!words.includes("NaN")) return { words, given: marks.slice(0, text.length) };
  const counted = String(text(...numbers.slice(0, text.length)));
  return { words: counted, given: numbers.slice(0, text.length).map(String) };
}
const wordsOf = (text: unknown): string => spoken(text).words;

describe.each(locales)("texts in %s", (locale) => {
  const texts = textsFor(locale);

  it("has every text the English catalogue has, and no other", () => {
    expect(shape(texts).sort()).toEqual(shape(textsFor("en")).sort());
  });

  it("says something in each that English does, with everything it was given", () => {
    const english = leaves(textsFor("en"));
    for (const [at, text] of leaves(texts).entries()) {
      const words = wordsOf(text);
      expect(words.trim() === "").toBe(wordsOf(english[at]).trim() === "");
      expect(placesOf(words).sort()).toEqual(placesOf(wordsOf(english[at])).sort());
      for (const mark of spoken(text).given) expect(words).toContain(mark);
    }
  });

  it("names a language that dates can be written in", () => {
    expect(Intl.DateTimeFormat.supportedLocalesOf(texts.tag)).toEqual([texts.tag]);
  });
});

it("is translated: hardly a text is the same in two languages", () => {
  const english = leaves(textsFor("en")).map(wordsOf);
  const german = leaves(textsFor("de")).map(wordsOf);
  const same = english.filter(
    (words, at) => words === german[at] && / \w/.test(words.replace(/\{\{.*?\}\}|⟦.⟧ s$|⟦.⟧/g, "")),
  );
  expect(same).toEqual([]);
});

it("of the confirmation have the version that the proof names: who changes them, changes it", () => {
  const said = locales.map((locale) => {
    const { confirm } = pageTextsFor(locale).mine;
    const mail = mailTextsFor(locale).kinds["confirm-address"];
    const words = JSON.stringify([...leaves(confirm).map(wordsOf), mail]);
    return [confirmWords(locale), createHash("sha256").update(words).digest("hex").slice(0, 12)];
  });
  expect(said).toMatchInlineSnapshot(`
    [
      [
        "en-1",
        "7090a8ff646f",
      ],
      [
        "de-1",
        "3ae0c7a99927",
      ],
    ]
  `);
});
