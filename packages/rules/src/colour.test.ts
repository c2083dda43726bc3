import { describe, expect, it } from "vitest";
import { brandTones, contrast, isColour, readableContrast, type Scheme, shownAsChosen } from "./colour.ts";

const schemes: { scheme: Scheme; surfaces: string[] }[] = [
  { scheme: "light", surfaces: ["#f6f7f9", "#ffffff", "#eef0f3"] },
  { scheme: "dark", surfaces: ["#0f1115", "#171a20", "#1f232b"] },
];

describe("colours of a brand", () => {
  it("knows the contrast of black and white, and of the two greys at the edge of 4.5", () => {
    expect(contrast("#000000", "#ffffff")).toBe(21);
    expect(contrast("#ffffff", "#767676")).toBeGreaterThan(4.5);
    expect(contrast("#ffffff", "#777777")).toBeLessThan(4.5);
  });

  it("makes every colour readable in both schemes, as text and as a button", () => {
    const steps = ["00", "33", "66", "99", "cc", "ff"];
    const colours = steps.flatMap((red) =>
      steps.flatMap((green) => steps.map((blue) => `#${red}${green}${blue}`)),
    );
    const worst = (scheme: Scheme, surfaces: string[]) =>
      colours.map((colour) => {
        const { accent, on, strong } = brandTones(colour, scheme);
        return Math.min(
          contrast(on, accent),
          contrast(on, strong),
          ...surfaces.map((surface) => contrast(accent, surface)),
        );
      });
    for (const { scheme, surfaces } of schemes)
      expect(Math.min(...worst(scheme, surfaces))).toBeGreaterThanOrEqual(readableContrast);
  });

  it("keeps a colour that can be read, and says which cannot", () => {
    expect(brandTones("#b3123e", "light").accent).toBe("#b3123e");
    expect(shownAsChosen("#b3123e")).toEqual({ light: true, dark: false });
    expect(shownAsChosen("#ffd400")).toEqual({ light: false, dark: true });
  });

  it("takes six digits and nothing that could be more than a colour", () => {
    expect(["#12aBcd"].every(isColour)).toBe(true);
    expect(["#fff", "red", "#12abcd;}", "#12abcg", ""].some(isColour)).toBe(false);
  });
});
