import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ErrorCode } from "@rostrum/protocol";
import { describe, expect, it } from "vitest";
import { faultText, saidIn } from "./fault.ts";
import { locales, textsFor } from "./index.ts";

const root = path.join(import.meta.dirname, "../../..");
/** Everything that may say a sentence to a visitor. */
const spoken = ["packages/protocol/src", "packages/platform/src", "packages/rules/src", "sfu-edge/src"]
  .concat(["origin/src", "egress/src", "web/src/server", "web/src/live", "web/src/client"])
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => readFileSync(path.join(root, folder, file), "utf8")),
  )
  .join("\n");
const { faults } = textsFor("de");

describe("faults in the reader's language", () => {
  it("knows every code in every language that servers do not speak", () => {
    for (const locale of locales.filter((one) => one !== "en"))
      expect(Object.keys(textsFor(locale).faults.codes).sort()).toEqual([...ErrorCode.options].sort());
  });

  it("translates only sentences that are still said", () => {
    const said = spoken.replace(/\$\{[^}]*\}/g, "{}");
    const gone = Object.keys(faults.sentences).filter((sentence) => !said.includes(sentence));
    expect(gone).toEqual([]);
  });

  it("prefers the sentence to the code, the code to English, and English to nothing", () => {
    const wire = { code: "input.invalid", message: "Enter a date." } as const;
    expect(faultText(faults, wire)).toBe("Geben Sie ein Datum an.");
    expect(faultText(faults, { ...wire, message: "Something new." })).toBe(faults.codes["input.invalid"]);
    expect(faultText({ codes: {}, sentences: {} }, wire)).toBe("Enter a date.");
    expect(faultText(textsFor("en").faults, wire)).toBe("Enter a date.");
  });

  it("leaves what a host wrote as it is", () => {
    const reason = "Nur für Mitglieder.";
    expect(faultText(faults, { code: "permission.denied", message: reason, field: "email" })).toBe(reason);
  });

  it("puts what was filled in where it belongs, itself translated where it is a sentence", () => {
    expect(saidIn(faults, "Please answer: Ihre Firma (2.)?")).toBe("Bitte beantworten Sie: Ihre Firma (2.)?");
    expect(saidIn(faults, "Keep a question under 500 characters.")).toBe("Bitte höchstens 500 Zeichen.");
    expect(
      saidIn(
        faults,
        "Every interactive seat is taken. You are watching the broadcast until one becomes free.",
      ),
    ).toBe("Alle interaktiven Plätze sind belegt. Bis einer frei wird, sehen Sie die Übertragung.");
    expect(saidIn(faults, "Nothing we know")).toBeUndefined();
  });
});
