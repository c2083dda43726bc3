import { newPerson } from "./browser.ts";
import { expectMovingPicture, movingPictureAt, noteMovingPicture } from "./media.ts";
import { assert } from "./runner.ts";
import { known, type Story } from "./story.ts";

const hls = 'video[data-player="hls"]';
const camera = 'video[data-source="camera"]';
/** From the free seat to the picture over WebRTC, ms. */
const promotionMs = 5000;

/**
 * C comes by another browser while A and B have both seats: the broadcast at once, and a word why. B leaves, and C is
 * moved to the seat on the page that is open. Then B comes back, waits, and gets it again when C leaves.
 */
export async function moveUp({ browser, people, facts }: Story): Promise<void> {
  const waiting = await newPerson(browser, "C, waiting", { width: 1440, height: 900 });
  try {
    const { page } = waiting;
    await page.goto(known(facts.links.c, "C's link"));
    await page.evaluate(() => Object.assign(window, { untouched: true }));
    await page.getByRole("button", { name: "Join" }).click();
    await page.locator('main[data-delivery="hls"][data-connection="connected"]').waitFor();
    await page.getByText("Every interactive seat is taken").waitFor();
    await expectMovingPicture(page, hls, 25_000);

    await noteMovingPicture(page, camera);
    const leftAt = Date.now();
    await people.b.page.goto("about:blank");
    await page.locator('main[data-delivery="webrtc"]').waitFor({ timeout: 10_000 });
    await expectMovingPicture(page, camera, 10_000);
    const ms = (await movingPictureAt(page)) - leftAt;
    assert(ms <= promotionMs, `C had the seat's picture after ${ms} ms`);
    assert(await page.evaluate(() => "untouched" in window), "the page was loaded again");
  } finally {
    await waiting.context.close();
  }
  const { page } = people.b;
  await page.goto(known(facts.links.b, "B's link"));
  await page.getByRole("button", { name: "Join" }).click();
  await page
    .locator('main[data-delivery="webrtc"][data-connection="connected"]')
    .waitFor({ timeout: 15_000 });
  await expectMovingPicture(page, camera, 15_000);
}
