import type { Browser } from "playwright-core";
import { newPerson } from "../e2e/browser.ts";
import { expectMovingPicture, expectSound, pictureOf } from "../e2e/media.ts";
import { assert, until } from "../e2e/runner.ts";
import type { Bed } from "./bed.ts";

const camera = 'video[data-source="camera"]';
/** Room for two voices of Opus with what carries them, and for no picture, kbit/s. */
const narrowKbit = 130;
const soundOnly = "Your network has room for sound only";

/** What a way to the browser that becomes too narrow for pictures, and wide again, comes to, ms. */
export type Narrowing = { heldMs: number; backMs: number };

/**
 * The way to somebody who watches becomes narrow: the pictures stop and the voices go on. It becomes wide, and the
 * pictures come back, all on the same page.
 */
export async function narrow(options: {
  bed: Bed;
  browser: Browser;
  host: string;
  link: string;
}): Promise<Narrowing> {
  const { bed, browser, host, link } = options;
  const { context, page, faults } = await newPerson(browser, "narrow");
  try {
    await page.goto(link);
    await page.getByRole("button", { name: "Join" }).click();
    await expectMovingPicture(page, camera, 30_000);
    const narrowAt = performance.now();
    await bed.downlink(host, narrowKbit);
    await page.getByText(soundOnly).waitFor({ timeout: 45_000 });
    const heldMs = Math.round(performance.now() - narrowAt);
    await expectSound(page, "audio");
    const still = await pictureOf(page, camera);
    await expectSound(page, "audio");
    const later = await pictureOf(page, camera);
    assert(
      (later?.frames ?? 0) - (still?.frames ?? 0) <= 2,
      "pictures come although there is no room for them",
    );

    await bed.downlink(host, 0);
    const wideAt = performance.now();
    await page.getByText(soundOnly).waitFor({ state: "detached", timeout: 75_000 });
    const from = (await pictureOf(page, camera))?.frames ?? 0;
    await until("the picture moves again", 15_000, async () => {
      const picture = await pictureOf(page, camera);
      return (picture?.frames ?? 0) > from + 10;
    });
    assert(faults.length === 0, `the page failed: ${faults.join(" | ")}`);
    return { heldMs, backMs: Math.round(performance.now() - wideAt) };
  } finally {
    await bed.downlink(host, 0);
    await context.close();
  }
}
