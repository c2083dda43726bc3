import { createHash } from "node:crypto";
import { placesOf } from "@rostrum/rules";
import { describe, expect, it } from "vitest";
import { confirmWords, locales, mailTextsFor, textsFor as pageTextsFor } from "./index.ts";

/** All that attendees read. */
const textsFor = (locale: (typeof locales)[number]) => ({
  ...pageTextsFor(locale),
  mail: mailTextsFor(locale),
});

/** Paths of every text, with what kind of value is there. */
const shape = (value: unknown, path = ""): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`))
    : [`${path}: ${typeof value === "function" ? `function of ${value.length}` : typeof value}`];

const leaves = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];

/** The words of a text; one with arguments is called with marks that must all come out again. */
const marks = ["⟦a⟧", "⟦b⟧", "⟦c⟧"];
const wordsOf = (text: unknown): string =>
  typeof text === "function" ? String(text(...marks.slice(0, text.length))) : String(text);

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
      if (typeof text === "function")
        for (const mark of marks.slice(0, text.length)) expect(words).toContain(mark);
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
    (words, at) => words === german[at] && / \w/.test(words.replace(/\{\{.*?\}\}|⟦.⟧/g, "")),
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
