import type { WireError } from "@rostrum/protocol";
import type { FaultTexts } from "./faults-en.ts";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const pattern = (sentence: string): RegExp =>
  new RegExp(`^${sentence.split("{}").map(escaped).join("(.*?)")}$`, "s");

/**
 * A sentence of a server in the words of a language; as it is when the language has none for it. `{}` in the translation
 * is the next of what was filled in, `{2}` the second.
 */
export function saidIn({ sentences }: FaultTexts, sentence: string): string | undefined {
  const known = sentences[sentence];
  if (known !== undefined) return known;
  for (const [theirs, ours] of Object.entries(sentences)) {
    if (!theirs.includes("{}")) continue;
    const found = pattern(theirs).exec(sentence);
    if (!found) continue;
    let next = 0;
    return ours.replace(/\{(\d?)\}/g, (_, place: string) => {
      next = place ? Number(place) : next + 1;
      const filled = found[next] ?? "";
      return saidIn({ codes: {}, sentences }, filled) ?? filled;
    });
  }
  return undefined;
}

/**
 * A fault for people, in their language: by its sentence where that says more than the code, else by its code, else as
 * the server said it. What a host wrote themselves, the reason of a refusal at the form, stays as it is.
 */
export function faultText(texts: FaultTexts, { code, message, field }: WireError): string {
  const said = saidIn(texts, message);
  if (said !== undefined) return said;
  if (code === "permission.denied" && field === "email") return message;
  return texts.codes[code] ?? message;
}
