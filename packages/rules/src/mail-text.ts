/** Texts with places to fill in, `{{name}}`: what mails are made of, ours and those that hosts write. */

const place = /\{\{\s*([a-z_]+)\s*\}\}/g;

/** The places a text has, each once. */
export const placesOf = (text: string): string[] => [
  ...new Set([...text.matchAll(place)].map((match) => match[1] ?? "")),
];

/** What is in the text that looks like a place and is none, as it is written: a wrong name, or a brace too few. */
export function wrongPlaces(text: string, known: readonly string[]): string[] {
  const wrong = [...text.matchAll(place)].filter((match) => !known.includes(match[1] ?? ""));
  const stray = text.replace(place, "").match(/\{\{[^\n}]{0,40}\}{0,2}|\}\}/g) ?? [];
  return [...wrong.map((match) => match[0]), ...stray];
}

/** One line filled in. What is filled in is not looked at again: nobody's name is a place. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(place, (_, name: string) => values[name] ?? "");

/**
 * The paragraphs of a text filled in. One whose every place is empty is left out, and a value of several lines is several
 * paragraphs.
 */
export const fillParagraphs = (text: string, values: Readonly<Record<string, string>>): string[] =>
  text
    .split(/\n+/)
    .filter((line) => {
      const names = placesOf(line);
      return line.trim() !== "" && (names.length === 0 || names.some((name) => values[name]));
    })
    .flatMap((line) => fill(line, values).split(/\n+/))
    .map((line) => line.trim())
    .filter((line) => line !== "");
