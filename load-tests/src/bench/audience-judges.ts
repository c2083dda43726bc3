import type { Browser, Page } from "playwright-core";
import { launchBrowser, newPerson } from "../e2e/browser.ts";
import { expectMovingPicture } from "../e2e/media.ts";
import { collectConnections } from "./connections.ts";
import { favourSession } from "./favour.ts";
import { installProbe, readProbe } from "./kills-probe.ts";

/** What real browsers in the crowd saw over a window. */
export type Verdict = {
  pages: number;
  /** Frames presented a second, of the page that had fewest. */
  leastFps: number;
  /** Between two presented frames, ms, over all pages. */
  p99GapMs: number;
  maxGapMs: number;
  /** As libwebrtc counts them (webrtc-stats: freezeCount), lost for good, and repaired after a NACK; over all pages. */
  freezes: number;
  lost: number;
  nacks: number;
  /** Mean time of a frame in the jitter buffer, ms. */
  jitterBufferMs: number;
};

type Counts = {
  freezes: number;
  lost: number;
  nacks: number;
  bufferedSeconds: number;
  emitted: number;
};
type Collected = { rostrumConnections?: RTCPeerConnection[] };

/** As the rest of the crowd, a person's browser runs on a computer of their own. */
async function favour(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  for (const { type, id } of processInfo) if (type === "browser") favourSession(id);
  await session.detach();
}

/**
 * Chromium among the swarm: transport-cc and bandwidth estimation, jitter buffer, NACK and RTX, decoder, screen. They
 * come through the page like everybody, to the edges that web chooses for them.
 */
export class Judges {
  readonly #browser: Browser;
  readonly #pages: Page[];
  #from = Date.now();
  #base: Counts[] = [];

  private constructor(browser: Browser, pages: Page[]) {
    this.#browser = browser;
    this.#pages = pages;
  }

  /** One page for each personal link, each with a picture. */
  static async seat(links: readonly string[]): Promise<Judges> {
    const browser = await launchBrowser();
    try {
      await favour(browser);
      const pages: Page[] = [];
      for (const [i, link] of links.entries()) {
        const { page } = await newPerson(browser, `judge ${i + 1}`, { width: 640, height: 480 });
        await page.addInitScript(installProbe);
        await page.addInitScript(collectConnections);
        await page.goto(link);
        await page.getByRole("button", { name: "Join" }).click();
        await page.locator('main[data-delivery="webrtc"][data-connection="connected"]').waitFor();
        await expectMovingPicture(page, 'video[data-source="camera"]', 30_000);
        pages.push(page);
      }
      return new Judges(browser, pages);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async startWindow(): Promise<void> {
    this.#base = await Promise.all(this.#pages.map((page) => page.evaluate(readCounts)));
    this.#from = Date.now();
  }

  async verdict(): Promise<Verdict> {
    const until = Date.now();
    const frames = await Promise.all(
      this.#pages.map(async (page) => (await readProbe(page, this.#from)).frames),
    );
    const counts = await Promise.all(this.#pages.map((page) => page.evaluate(readCounts)));
    // The window's own ends count: a picture that stood from the first to the last moment is one long gap.
    const gaps = frames
      .flatMap((moments) => {
        const all = [this.#from, ...moments, until];
        return all.slice(1).map((at, i) => at - (all[i] ?? at));
      })
      .sort((a, b) => a - b);
    const grown = (key: keyof Counts): number =>
      counts.reduce((sum, now, i) => sum + now[key] - (this.#base[i]?.[key] ?? 0), 0);
    const seconds = (until - this.#from) / 1000;
    return {
      pages: this.#pages.length,
      leastFps: Math.round((Math.min(...frames.map(({ length }) => length)) / seconds) * 10) / 10,
      p99GapMs: gaps[Math.floor(gaps.length * 0.99)] ?? 0,
      maxGapMs: gaps.at(-1) ?? 0,
      freezes: grown("freezes"),
      lost: grown("lost"),
      nacks: grown("nacks"),
      jitterBufferMs: Math.round((1000 * grown("bufferedSeconds")) / Math.max(1, grown("emitted"))),
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Runs in the page. */
async function readCounts(): Promise<Counts> {
  const sum: Counts = { freezes: 0, lost: 0, nacks: 0, bufferedSeconds: 0, emitted: 0 };
  for (const connection of (globalThis as Collected).rostrumConnections ?? []) {
    for (const stat of (await connection.getStats()).values()) {
      // Not media: what the edge sends to probe the bandwidth. Its numbers run through all receivers of a media worker,
      // so each sees the others' as gaps, and asks in vain for what was never meant for it.
      if (stat.type !== "inbound-rtp" || stat.mid === "probator") continue;
      sum.lost += Math.max(0, stat.packetsLost ?? 0);
      sum.nacks += stat.nackCount ?? 0;
      if (stat.kind !== "video") continue;
      sum.freezes += stat.freezeCount ?? 0;
      sum.bufferedSeconds += stat.jitterBufferDelay ?? 0;
      sum.emitted += stat.jitterBufferEmittedCount ?? 0;
    }
  }
  return sum;
}
