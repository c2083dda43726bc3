import { createServer, type Server } from "node:http";
import type { Page } from "playwright-core";
import { newPerson, type Person } from "./browser.ts";
import { assert, until } from "./runner.ts";
import { addressOf, type Story } from "./story.ts";

type Made = { id: string; slug: string };

/** A call of the console's own API, as the host's page makes it. */
const asHost = <T>(page: Page, procedure: string, input: unknown, dates: string[] = []): Promise<T> =>
  page.evaluate(
    async ({ name, json, values }) => {
      const response = await fetch(`/api/trpc/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ json, meta: { values } }),
      });
      const body = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(body).slice(0, 300));
      return body.result.data.json;
    },
    { name: procedure, json: input, values: Object.fromEntries(dates.map((name) => [name, ["Date"]])) },
  ) as Promise<T>;

/** A site of somebody else's: the name is another than the product's, so it is another origin to the browser. */
async function openSite(snippet: string): Promise<{ server: Server; url: (host: string) => string }> {
  const page = `<!doctype html><title>A site</title><h1>A site</h1>${snippet}<p>Below</p>
    <script>addEventListener("rostrum:registered", (event) => { document.title = "told " + event.detail.status; });</script>`;
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end(page),
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { server, url: (host) => `http://${host}:${port}/offer?utm_source=partner#top?utm_campaign=spring` };
}

/** The form on another origin: shown where it is allowed, registers with the campaign, tells its height; refused elsewhere. */
export async function embed(story: Story): Promise<void> {
  const { product, browser, people } = story;
  // A tab of its own: the other may be in the studio.
  const host = await people.host.context.newPage();
  await host.goto(`${product.url("web")}/console`);
  const { id, slug } = await asHost<Made>(
    host,
    "webinar.create",
    {
      title: "Embedded",
      startsAt: new Date(Date.now() + 86_400_000).toISOString(),
      durationMinutes: 30,
      timeZone: "UTC",
    },
    ["startsAt"],
  );
  await host.goto(`${product.url("web")}/console/${id}/promote`);
  const snippet = await host.getByLabel("Snippet").inputValue();
  const site = await openSite(snippet);
  const visitor = await newPerson(browser, "visitor");
  try {
    await host.goto(`${product.url("web")}/console/integrations`);
    await host.getByLabel("Sites, one per line").fill(new URL(site.url("localhost")).origin);
    await host.getByRole("button", { name: "Save sites" }).click();
    await host.getByText("Saved.").waitFor();
    await refused(visitor, site.url("127.0.0.2"), slug);
    await registers(story, visitor, { url: site.url("localhost"), id });
  } finally {
    await host.close();
    await visitor.context.close();
    site.server.close();
  }
}

/** A site that nobody named sees nothing of the form. */
async function refused({ page }: Person, url: string, slug: string): Promise<void> {
  const blocked = page.waitForEvent("console", {
    predicate: (message) => message.text().includes("frame-ancestors"),
  });
  await page.goto(url);
  await blocked;
  const shown = page.frames().filter((frame) => frame.url().includes(`/embed/w/${slug}`));
  assert(shown.length === 0, "the form is not shown on another site");
}

async function registers(
  story: Story,
  { page }: Person,
  { url, id }: { url: string; id: string },
): Promise<void> {
  // Somebody who is faster than the scripts: what they typed counts.
  const scripts = Promise.withResolvers<void>();
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(url, { waitUntil: "commit" });
  const form = page.frameLocator("iframe");
  await form.getByLabel("Name").fill("Vera");
  await form.getByLabel("E-mail").fill(addressOf(story, "vera"));
  scripts.resolve();
  const heights = async () => ({
    frame: await page.locator("iframe").evaluate((frame) => frame.clientHeight),
    form: await form.locator(".embedded").evaluate((box) => box.getBoundingClientRect().height),
  });
  await until("the frame is as high as the form", 5000, async () => {
    const { frame, form: inside } = await heights();
    return Math.abs(frame - inside) <= 2;
  });
  await form.getByRole("button", { name: "Register" }).click();
  await form.getByRole("heading", { name: "You are registered" }).waitFor();
  await page.waitForFunction(() => document.title === "told registered");
  await story.inbox.waitFor(addressOf(story, "vera"), /registered/);
  const csv = await story.people.host.page.evaluate(
    async (webinarId) => (await fetch(`/api/webinars/${webinarId}/registrations.csv`)).text(),
    id,
  );
  const row = csv.split("\r\n").find((line) => line.includes(addressOf(story, "vera"))) ?? "";
  assert(row.includes("partner") && row.includes("spring"), `the campaign came along: ${row}`);
  assert(row.includes(new URL(url).origin), `the site is the referrer: ${row}`);
}
