import type { Locale } from "@rostrum/protocol";

type Country = { value: string; name: string };
const known = new Map<Locale, Country[]>();

/**
 * The countries and territories of the world (ISO 3166 regions that the browser knows), by their names in a language. What
 * is stored is the English name, so that one country is one answer in every report.
 */
export function countries(locale: Locale): Country[] {
  const before = known.get(locale);
  if (before) return before;
  const english = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const display = new Intl.DisplayNames(locale, { type: "region", fallback: "none" });
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));
  const notCountries = /^(?:EU|EZ|UN|QO|XA|XB|ZZ)$/;
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const names = new Map<string, string>();
  for (const code of codes.filter((one) => !notCountries.test(one))) {
    const value = english.of(code);
    if (value) names.set(value, display.of(code) ?? value);
  }
  const inOrder = new Intl.Collator(locale);
  const list = [...names]
    .map(([value, name]) => ({ value, name }))
    .sort((one, other) => inOrder.compare(one.name, other.name));
  known.set(locale, list);
  return list;
}
