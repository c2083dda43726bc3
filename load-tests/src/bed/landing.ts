import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { newPerson } from "../e2e/browser.ts";
import { expectMovingPicture, pictureOf } from "../e2e/media.ts";
import { assert, until } from "../e2e/runner.ts";
import type { Rung } from "./rungs.ts";

/** From the click on Join to a way chosen; the figure of the acceptance line, ms. */
export const landMs = 8000;
const patienceMs = landMs + 12_000;
const players = { hls: 'video[data-player="hls"]', webrtc: 'video[data-source="camera"]' };

/** Times from the click on Join, ms. */
export type Landing = {
  path: string;
  edge: string;
  landedMs: number;
  pictureMs: number;
  /** The same browser's second join, where it matters that it knows what worked. */
  againMs: number | null;
};

async function join(page: Page, link: string, rung: Rung): Promise<{ landedMs: number; pictureMs: number }> {
  await page.goto(link);
  const startedAt = performance.now();
  const since = (): number => Math.round(performance.now() - startedAt);
  await page.getByRole("button", { name: "Join" }).click();
  await page.locator('main[data-path]:not([data-path=""])').waitFor({ timeout: patienceMs });
  const landedMs = since();
  const player = rung.path === "hls" ? players.hls : players.webrtc;
  await until("a picture", patienceMs, async () => ((await pictureOf(page, player))?.frames ?? 0) > 0);
  const pictureMs = since();
  await expectMovingPicture(page, player);
  return { landedMs, pictureMs };
}

/** Join as somebody new, do what is to be done meanwhile, and join once more with what the browser remembers. */
export async function land(options: {
  browser: Browser;
  link: string;
  rung: Rung;
  meanwhile: (page: Page) => Promise<void>;
}): Promise<Landing> {
  const { browser, link, rung } = options;
  const person = await newPerson(browser, rung.name);
  const { page } = person;
  try {
    const first = await join(page, link, rung);
    const attribute = async (name: string) => (await page.locator("main").getAttribute(name)) ?? "";
    const found = { path: await attribute("data-path"), edge: await attribute("data-edge") };
    await options.meanwhile(page);
    const remembers = rung.path === "turn-tls" || rung.path === "hls";
    const again = remembers ? await join(page, link, rung) : undefined;
    if (again) assert((await attribute("data-path")) === found.path, "the second join went another way");
    assert(person.faults.length === 0, `the page failed: ${person.faults.join(" | ")}`);
    return { ...found, ...first, againMs: again?.landedMs ?? null };
  } finally {
    await person.context.close();
  }
}

/** What the host's export says of one registrant. */
export async function recorded(
  host: Page,
  webinarId: string,
  email: string,
): Promise<{ path: string; reason: string }> {
  const csv = await host.evaluate(
    async (id) => (await fetch(`/api/webinars/${id}/registrations.csv`)).text(),
    webinarId,
  );
  const [head = [], ...rows] = csv
    .trim()
    .split("\r\n")
    .map((row) => row.split(","));
  const cell = (row: string[], name: string): string => row[head.indexOf(name)] ?? "";
  const mine = rows.find((row) => cell(row, "email") === email) ?? [];
  return { path: cell(mine, "media_path"), reason: cell(mine, "media_path_reason") };
}

/** What the studio's People tab says of networks, in the words that the host reads; empty when nothing. */
export async function toldHost(host: Page): Promise<string> {
  const line = host.locator("p", { hasText: "behind networks" });
  return (await line.count()) > 0 ? line.innerText() : "";
}

/** The page as people see it, wide and on a phone, for whoever looks at the evidence. */
export async function picturesOf(page: Page, folder: string, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
