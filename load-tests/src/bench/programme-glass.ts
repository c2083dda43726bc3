import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../e2e/browser.ts";
import { expectMovingPicture } from "../e2e/media.ts";
import type { Product } from "../e2e/product.ts";
import { clock } from "./clock-picture.ts";
import { percentile } from "./figures.ts";
import { goLive, join, type Links } from "./slice.ts";
import { type Watching, watch } from "./watch.ts";

export type HlsGlass = {
  llhlsP50Ms: number | null;
  /** Longest time without a new picture while the low-latency player was watched. */
  llhlsLongestFreezeMs: number | null;
  hlsP50Ms: number | null;
};

const player = 'video[data-player="hls"]';
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Camera to screen by the clock in the picture, in the watch page: with parts, then with whole segments only. */
export async function measureHlsGlass(product: Product, short: boolean): Promise<HlsGlass> {
  const links = product.state.demo as unknown as Links;
  const browser = await launchBrowser();
  try {
    await goLive(browser, links);
    const low = await watchBroadcast(browser, links, { settleMs: 15_000, seconds: short ? 25 : 600 });
    tell("LL-HLS", low);
    const plain = await watchBroadcast(browser, links, {
      settleMs: 40_000,
      seconds: short ? 15 : 60,
      prepare: (context) =>
        context.route(/\/hls\/.*\/index\.m3u8/, (route) =>
          route.continue({ url: route.request().url().replace("index.m3u8", "index-plain.m3u8") }),
        ),
    });
    tell("HLS, whole segments", plain);
    return {
      llhlsP50Ms: percentile(low.ages, 0.5),
      llhlsLongestFreezeMs: low.longestFreezeMs,
      hlsP50Ms: percentile(plain.ages, 0.5),
    };
  } finally {
    await browser.close();
  }
}

type Wish = { settleMs: number; seconds: number; prepare?: (context: BrowserContext) => Promise<unknown> };

async function watchBroadcast(browser: Browser, links: Links, wish: Wish): Promise<Watching> {
  const viewer = await join(browser, links.watchUrl, wish.prepare);
  try {
    await expectMovingPicture(viewer.page, player, 30_000);
    await viewer.page.waitForTimeout(wish.settleMs);
    return await viewer.page.evaluate(watch, { selector: player, seconds: wish.seconds, shape: clock });
  } finally {
    await viewer.context.close();
  }
}

function tell(name: string, { ages, seconds, fps, longestFreezeMs }: Watching): void {
  say(
    `${name}: ${ages.length} frames in ${seconds} s, p50 ${percentile(ages, 0.5)} ms, p95 ${percentile(ages, 0.95)} ms; ` +
      `${fps} frames/s, longest freeze ${longestFreezeMs} ms`,
  );
}
