import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  "--use-fake-device-for-media-stream=fps=30",
  "--use-fake-ui-for-media-stream",
  "--auto-select-desktop-capture-source=Entire screen",
  "--autoplay-policy=no-user-gesture-required",
  "--allow-loopback-in-peer-connection",
];

export const chromiumPath = (): string => process.env.CHROMIUM ?? "/usr/bin/chromium";

/** `args` are added to the flags that every test's browser has. */
export const launchBrowser = (
  options: { executablePath?: string; env?: NodeJS.ProcessEnv; args?: string[] } = {},
): Promise<Browser> =>
  chromium.launch({
    executablePath: options.executablePath ?? chromiumPath(),
    args: [...flags, ...(options.args ?? [])],
    timeout: 30_000,
    ...(options.env ? { env: options.env as Record<string, string> } : {}),
  });

export type Person = { name: string; context: BrowserContext; page: Page; faults: string[] };

/** A person with a browser profile of their own. Uncaught errors of their pages are collected. */
export async function newPerson(
  browser: Browser,
  name: string,
  options: { width?: number; height?: number } = {},
): Promise<Person> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    acceptDownloads: true,
    permissions: ["camera", "microphone", "clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  return { name, context, page, faults };
}
