import type { Page } from "playwright-core";
import { faultsOf } from "./axe.ts";
import { assert } from "./runner.ts";

const choose = async (page: Page, label: string, locale: string): Promise<void> => {
  await page.getByLabel(label, { exact: true }).selectOption(locale);
  await page.locator(`html[lang="${locale}"]`).waitFor();
};

/** English words that stand where people read or hear them, among those that all pages of a room have. */
const english = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const heard = [...document.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap((element) =>
      ["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name) ?? ""),
    );
    const words = `${document.body.innerText}\n${heard.join("\n")}`;
    const known = [
      "Ask",
      "Chat messages",
      "Captions",
      "Full screen",
      "Loading",
      "Message",
      "Mute",
      "Pause",
      "Play",
    ];
    return [...known, "Questions", "Raise hand", "Send", "Stage", "Vote", "watching"].filter((word) =>
      new RegExp(`\\b${word}\\b`).test(words),
    );
  });

/** Somebody in a room reads on in German, without leaving it, and then in English again. */
export async function readInGerman(page: Page, what: { name: string; sees: string }): Promise<void> {
  const stayed = () => page.evaluate(() => (window as unknown as { stayed?: boolean }).stayed === true);
  await page.evaluate(() => {
    (window as unknown as { stayed?: boolean }).stayed = true;
  });
  await choose(page, "Language", "de");
  await page.getByRole("button", { name: what.sees }).waitFor();
  const left = await english(page);
  assert(left.length === 0, `${what.name} says in German: ${left.join(", ")}`);
  const faults = await faultsOf(page, `${what.name} in German`);
  assert(faults.length === 0, `axe found\n      ${faults.join("\n      ")}`);
  await choose(page, "Sprache", "en");
  assert(await stayed(), `${what.name} was loaded again`);
}
