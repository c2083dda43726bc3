import { launchBrowser } from "../e2e/browser.ts";
import { expectMovingPicture } from "../e2e/media.ts";
import type { Product } from "../e2e/product.ts";
import { percentile } from "./figures.ts";
import { ages, camera, goLive, join, type Links } from "./slice.ts";

export type Glass = { frames: number; p50Ms: number | null; p95Ms: number | null };

/** Camera to screen through origin and edge, by the clock in the picture, in Chromium: the demo webinar of this product. */
export async function measureGlass(product: Product, frames: number): Promise<Glass> {
  const links = product.state.demo as unknown as Links;
  const browser = await launchBrowser();
  try {
    await goLive(browser, links);
    const { page } = await join(browser, links.attendeeUrl);
    await expectMovingPicture(page, camera);
    // The publisher's bandwidth estimate and the receiver's layers settle first.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const samples = await ages(page, camera, frames);
    return { frames: samples.length, p50Ms: percentile(samples, 0.5), p95Ms: percentile(samples, 0.95) };
  } finally {
    await browser.close();
  }
}
