import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, newPerson, type Person } from "../e2e/browser.ts";
import { expectMovingPicture, pictureOf } from "../e2e/media.ts";
import { Product } from "../e2e/product.ts";
import { until } from "../e2e/runner.ts";
import { clock, installClockCamera, readClock } from "./clock-picture.ts";
import { percentile } from "./figures.ts";
import { memoryByProcess } from "./memory.ts";

export type SliceResult = {
  glassToGlassWebrtcP50Ms: number | null;
  glassToGlassWebrtcP95Ms: number | null;
  glassToGlassHlsP50Ms: number | null;
  joinToFirstFrameP50Ms: number | null;
  joinToFirstFrameP95Ms: number | null;
  edgeKillRecoveryMs: number | null;
  rssMb: Record<string, number> | null;
  upColdSeconds: number | null;
  upWarmSeconds: number | null;
};

export const camera = 'video[data-source="camera"]';
const hls = 'video[data-player="hls"]';
const root = path.join(import.meta.dirname, "../../..");
const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 6200);

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Start and stop twice: cold without data and web build (node_modules and the media worker are there), then warm. */
async function timeStarts(home: string, result: SliceResult): Promise<Product> {
  rmSync(path.join(root, "web/.next"), { recursive: true, force: true });
  const seconds = async (): Promise<{ product: Product; took: number }> => {
    const startedAt = performance.now();
    const product = await Product.start({ home, portBase, timeoutMs: 300_000 });
    return { product, took: Math.round((performance.now() - startedAt) / 100) / 10 };
  };
  const cold = await seconds();
  result.upColdSeconds = cold.took;
  await cold.product.stop();
  const warm = await seconds();
  result.upWarmSeconds = warm.took;
  say(`up: cold ${cold.took} s, warm ${warm.took} s`);
  return warm.product;
}

export type Links = { hostUrl: string; attendeeUrl: string; watchUrl: string; panelistLinks: string[] };

/** A panelist whose camera is the clock, and a host who goes live. */
export async function goLive(browser: Browser, links: Links): Promise<{ panelist: Person; host: Person }> {
  const panelist = await newPerson(browser, "panelist");
  await panelist.page.addInitScript(installClockCamera, clock);
  await panelist.page.goto(links.panelistLinks[0] ?? "");
  await panelist.page.getByRole("button", { name: "Enter studio" }).click();
  await panelist.page.locator('main[data-stage="connected"]').waitFor();
  await panelist.page.getByRole("button", { name: "Turn camera on" }).click();
  await panelist.page.getByRole("button", { name: "Unmute" }).click();
  const host = await newPerson(browser, "host");
  await host.page.goto(links.hostUrl);
  await host.page.getByRole("button", { name: "Continue" }).click();
  await host.page.getByRole("button", { name: "Enter studio" }).click();
  await host.page.locator('main[data-stage="connected"]').waitFor();
  await host.page.getByRole("button", { name: "Go live" }).click();
  await host.page.locator('main[data-room-phase="live"]').waitFor();
  return { panelist, host };
}

export async function join(
  browser: Browser,
  url: string,
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<Person> {
  const person = await newPerson(browser, "attendee");
  await prepare?.(person.context);
  await person.page.goto(url);
  await person.page.getByRole("button", { name: "Join" }).click();
  return person;
}

/** From the click on Join to the first decoded frame, by the page's own marks. */
async function timeJoins(browser: Browser, url: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const person = await join(browser, url);
    times.push(
      await until("the first frame", 20_000, () =>
        person.page.evaluate(() => {
          const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime;
          const [click, frame] = [at("rostrum:join-click"), at("rostrum:first-frame")];
          return click !== undefined && frame !== undefined ? frame - click : undefined;
        }),
      ),
    );
    await person.context.close();
  }
  return times;
}

export const ages = (page: Page, selector: string, samples: number): Promise<number[]> =>
  page.evaluate(readClock, {
    selector,
    shape: clock,
    samples,
    timeoutMs: 25_000,
  });

/** SIGKILL of the attendee's edge to the first frame through another. */
async function timeEdgeKill(product: Product, page: Page): Promise<number> {
  const edge = (await page.locator("main").getAttribute("data-edge")) ?? "";
  const startedAt = performance.now();
  process.kill(product.pid(edge), "SIGKILL");
  await page
    .locator(`main:not([data-edge="${edge}"])[data-connection="connected"]`)
    .waitFor({ timeout: 20_000 });
  await until(
    "a frame through another edge",
    20_000,
    async () => ((await pictureOf(page, camera))?.frames ?? 0) > 0,
  );
  return Math.round(performance.now() - startedAt);
}

export async function measureSlice(options: { short: boolean }): Promise<SliceResult> {
  const result: SliceResult = {
    glassToGlassWebrtcP50Ms: null,
    glassToGlassWebrtcP95Ms: null,
    glassToGlassHlsP50Ms: null,
    joinToFirstFrameP50Ms: null,
    joinToFirstFrameP95Ms: null,
    edgeKillRecoveryMs: null,
    rssMb: null,
    upColdSeconds: null,
    upWarmSeconds: null,
  };
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-bench-"));
  let product: Product | undefined;
  let browser: Browser | undefined;
  try {
    product = await timeStarts(home, result);
    browser = await launchBrowser();
    await measureLive({ product, browser, result, short: options.short });
  } finally {
    await browser?.close().catch(() => undefined);
    await product?.stop();
    rmSync(home, { recursive: true, force: true });
  }
  return result;
}

type Live = { product: Product; browser: Browser; result: SliceResult; short: boolean };

async function measureLive({ product, browser, result, short }: Live): Promise<void> {
  const links = product.state.demo as unknown as Links;
  await goLive(browser, links);
  const attendee = await join(browser, links.attendeeUrl);
  await expectMovingPicture(attendee.page, camera);
  // The publisher's bandwidth estimate and the receiver's layers settle first.
  await new Promise((resolve) => setTimeout(resolve, short ? 4000 : 10_000));
  const webrtc = await ages(attendee.page, camera, short ? 150 : 600);
  result.glassToGlassWebrtcP50Ms = percentile(webrtc, 0.5);
  result.glassToGlassWebrtcP95Ms = percentile(webrtc, 0.95);
  say(
    `WebRTC: ${webrtc.length} frames, p50 ${result.glassToGlassWebrtcP50Ms} ms, p95 ${result.glassToGlassWebrtcP95Ms} ms`,
  );

  const viewer = await join(browser, links.watchUrl);
  await expectMovingPicture(viewer.page, hls, 30_000);
  await new Promise((resolve) => setTimeout(resolve, short ? 6000 : 15_000));
  const broadcast = await ages(viewer.page, hls, short ? 150 : 600);
  result.glassToGlassHlsP50Ms = percentile(broadcast, 0.5);
  say(`HLS: ${broadcast.length} frames, p50 ${result.glassToGlassHlsP50Ms} ms`);
  await viewer.context.close();

  const joins = await timeJoins(browser, links.attendeeUrl, short ? 6 : 20);
  result.joinToFirstFrameP50Ms = percentile(joins, 0.5);
  result.joinToFirstFrameP95Ms = percentile(joins, 0.95);
  say(
    `join: ${joins.length} joins, p50 ${result.joinToFirstFrameP50Ms} ms, p95 ${result.joinToFirstFrameP95Ms} ms`,
  );

  result.rssMb = memoryByProcess(product.state.pids);
  result.edgeKillRecoveryMs = await timeEdgeKill(product, attendee.page);
  say(`edge killed: picture again after ${result.edgeKillRecoveryMs} ms`);
}
