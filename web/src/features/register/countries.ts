let names: string[] | undefined;

/** The countries and territories of the world by their English names (ISO 3166 regions that the browser knows). */
export function countryNames(): string[] {
  if (names) return names;
  const display = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));
  const notCountries = /^(?:EU|EZ|UN|QO|XA|XB|ZZ)$/;
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  names = [
    ...new Set(codes.filter((code) => !notCountries.test(code)).flatMap((code) => display.of(code) ?? [])),
  ].sort();
  return names;
}
