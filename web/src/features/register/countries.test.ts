import { expect, it } from "vitest";
import { countries } from "./countries.ts";

it("names countries in the reader's language, in its order, and keeps one answer for each", () => {
  const german = countries("de");
  expect(german).toContainEqual({ value: "Germany", name: "Deutschland" });
  expect(german.map(({ name }) => name).indexOf("Österreich")).toBeLessThan(
    german.findIndex(({ name }) => name === "Pakistan"),
  );
  expect(german.map(({ value }) => value).sort()).toEqual(
    countries("en")
      .map(({ value }) => value)
      .sort(),
  );
  expect(countries("en").every(({ value, name }) => value === name)).toBe(true);
});
