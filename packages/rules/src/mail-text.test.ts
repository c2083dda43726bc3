import { describe, expect, it } from "vitest";
import { fill, fillParagraphs, placesOf, wrongPlaces } from "./mail-text.ts";

describe("texts with places", () => {
  it("fills each place, with or without blanks, and leaves the rest alone", () => {
    expect(fill("Hello {{name}}, {{ title }}: {not} {{name}}", { name: "Ada", title: "One" })).toBe(
      "Hello Ada, One: {not} Ada",
    );
  });

  it("fills in once: a name that looks like a place stays a name, and $ means nothing", () => {
    expect(fill("{{name}} {{title}}", { name: "{{title}}", title: "$& $1" })).toBe("{{title}} $& $1");
  });

  it("leaves out a paragraph that has nothing to say, and splits a value of several lines", () => {
    const text = "Hello {{name}},\n\n{{reason}}\n{{text}}\nBye";
    expect(fillParagraphs(text, { name: "Ada", reason: "", text: "one\n\ntwo" })).toEqual([
      "Hello Ada,",
      "one",
      "two",
      "Bye",
    ]);
  });

  it("tells which places there are and which are none", () => {
    expect(placesOf("{{name}} {{title}} {{name}}")).toEqual(["name", "title"]);
    expect(wrongPlaces("{{name}} {{nmae}} {{Title}} {{title}", ["name", "title"])).toEqual([
      "{{nmae}}",
      "{{Title}}",
      "{{title}",
    ]);
    expect(wrongPlaces("a {brace} and {{name}}", ["name"])).toEqual([]);
  });
});
