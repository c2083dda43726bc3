/** Numbers and their nouns as a language writes them (Unicode plural categories, by Intl). */
export function counting(tag: string) {
  const rules = new Intl.PluralRules(tag);
  const numbers = new Intl.NumberFormat(tag);
  /** "1 vote", "2 votes": the number and the form of the noun that goes with it. */
  return (count: number, one: string, other: string): string =>
    `${numbers.format(count)} ${rules.select(count) === "one" ? one : other}`;
}
