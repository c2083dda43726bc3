import type { Locator, Page } from "playwright-core";
import { faultsOf } from "./axe.ts";
import { newPerson, type Person } from "./browser.ts";
import { linkIn } from "./mail.ts";
import { assert, until } from "./runner.ts";
import { readInGerman } from "./steps-language.ts";
import { addressOf, known, type Story } from "./story.ts";

/** Pages as everybody finds them; and somebody who has nothing but a keyboard and is forgotten in the end. */
export async function beAccessible(story: Story): Promise<void> {
  const { runner } = story;
  const looks = "in light and dark, at 1440 and 390";
  await runner.step(`no public page has a serious fault for axe, ${looks}`, 90_000, () => auditPublic(story));
  await runner.step(`nor have the console, the room and the studio, ${looks}`, 90_000, () =>
    auditInside(story),
  );
  const reader = await newPerson(story.browser, "keyboard", { width: 390, height: 844 });
  try {
    const slug = await runner.step(
      "by keyboard alone, on a phone: register, confirm, join, ask",
      60_000,
      () => journeyByKeyboard(story, reader),
    );
    await runner.step("the room turns German while somebody is in it", 20_000, async () => {
      const connected = () => reader.page.locator('main[data-connection="connected"]').waitFor();
      await readInGerman(reader.page, { name: "the room", sees: "Hand heben" });
      await connected();
    });
    await runner.step("who is erased loses the room at once, and the link", 40_000, () =>
      eraseWhileInside(story, { reader, slug }),
    );
  } finally {
    await reader.context.close();
  }
}

/** What anybody may open, with a link or without. */
async function auditPublic({ browser, product, facts }: Story): Promise<void> {
  const link = (who: string) => known(facts.links[who], `${who}'s link`);
  const token = new URL(link("a")).pathname.split("/").at(-1) ?? "";
  const visitor = await newPerson(browser, "visitor");
  try {
    const faults = await faultsOn(visitor.page, product.url("web"), { "{token}": token }, [
      ["/", "h1"],
      ["/sign-in", "form"],
      ["/auth/not-a-real-link", "button"],
      [new URL(known(facts.registrationUrl, "the registration page")).pathname, "form"],
      [`/j/${token}`, "h1"],
      ["/j/nobody-has-this-link", '[role="alert"]'],
      [`/watch/${token}`, "h1"],
      [`/r/${token}`, "form"],
      ["/unsubscribe/not.real", "main"],
      [new URL(link("panelist")).pathname, "button"],
      ["/there-is-no-such-page", "h1"],
    ]);
    assertNone(faults);
  } finally {
    await visitor.context.close();
  }
}

/** The console's pages, and the rooms as they are while live. */
async function auditInside({ product, people, facts }: Story): Promise<void> {
  const id = known(facts.webinarId, "the webinar");
  const host = await people.host.context.newPage();
  try {
    const faults = await faultsOn(host, product.url("web"), { "{id}": id }, [
      ["/console", "h1"],
      ["/console/new", "form"],
      [`/console/${id}`, "table"],
      [`/console/${id}/schedule`, "form"],
      [`/console/${id}/registration`, "#rules"],
      [`/console/${id}/report`, "#exports"],
      ["/console/privacy", "#person"],
      ["/console/audit", "table"],
    ]);
    faults.push(...(await faultsOf(people.a.page, "the room")));
    faults.push(...(await faultsOf(people.host.page, "the studio")));
    assertNone(faults);
  } finally {
    await host.close();
  }
}

/** `pages`: each with what is there once it is ready. `names`: how what is in their addresses is told. */
async function faultsOn(
  tab: Page,
  web: string,
  names: Record<string, string>,
  pages: readonly (readonly [path: string, ready: string])[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const [path, ready] of pages) {
    await tab.goto(`${web}${path}`);
    await tab.locator(ready).first().waitFor();
    const name = Object.entries(names).reduce((text, [told, value]) => text.replace(value, told), path);
    faults.push(...(await faultsOf(tab, name)));
  }
  return faults;
}

const assertNone = (faults: string[]): void =>
  assert(faults.length === 0, `axe found\n      ${faults.slice(0, 40).join("\n      ")}`);

/** Press Tab until the focus is on it; it must be seen to have it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) {
      const shown = await target.evaluate((element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      });
      assert(shown, "what has the focus is not seen to have it");
      return;
    }
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

const call = (page: Page, procedure: string, body: unknown): Promise<unknown> =>
  page.evaluate(
    async ([name, json]) => {
      const answer = await fetch(`/api/trpc/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: json ?? "",
      });
      const { result, error } = (await answer.json()) as {
        result?: { data: { json: unknown } };
        error?: { json: { message: string } };
      };
      if (!result) throw new Error(error?.json.message ?? "refused");
      return result.data.json;
    },
    [procedure, JSON.stringify(body)],
  );

/** A webinar of their own, so that the other one's report stays as the story tells it. Answers its slug. */
async function journeyByKeyboard(story: Story, { page }: Person): Promise<string> {
  const { people, inbox, product } = story;
  const input = { title: "By keyboard", startsAt: new Date(), durationMinutes: 30, timeZone: "UTC" };
  const webinar = (await call(people.host.page, "webinar.create", {
    json: input,
    meta: { values: { startsAt: ["Date"] } },
  })) as { id: string; slug: string };
  await page.goto(`${product.url("web")}/w/${webinar.slug}`);
  await tabTo(page, page.getByLabel("Name"));
  await page.keyboard.type("Kay Board");
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(addressOf(story, "keys"));
  await tabTo(page, page.getByRole("button", { name: "Register" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You are registered" }).waitFor();
  const mail = await inbox.waitFor(addressOf(story, "keys"), /registered/i);
  story.facts.links.keys = linkIn(mail, "/j/");
  await page.goto(story.facts.links.keys);
  await tabTo(page, page.getByRole("button", { name: "Join" }));
  await page.keyboard.press("Enter");
  await page.locator('main[data-connection="connected"]').waitFor();
  await tabTo(page, page.getByRole("tab", { name: "Q&A" }));
  await tabTo(page, page.getByRole("textbox", { name: "Ask a question" }));
  await page.keyboard.type("Can everybody follow?");
  await tabTo(page, page.getByRole("button", { name: "Ask", exact: true }));
  await page.keyboard.press("Enter");
  await page.getByRole("article").filter({ hasText: "Can everybody follow?" }).waitFor();
  return webinar.slug;
}

/** The owner erases somebody who is in the room, in the console. */
async function eraseWhileInside(
  story: Story,
  { reader, slug }: { reader: Person; slug: string },
): Promise<void> {
  const { people, product, inbox } = story;
  const email = addressOf(story, "keys");
  const page = await people.host.context.newPage();
  try {
    await page.goto(`${product.url("web")}/console/privacy`);
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByText("By keyboard").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download everything (JSON)" }).click(),
    ]);
    assert(download.suggestedFilename() === "person.json", "everything comes as person.json");
    await page.getByRole("button", { name: "Erase this person" }).click();
    await page.getByLabel(`Type ${email} to confirm`).fill(email);
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.getByText("Erased in 1 place").waitFor();
  } finally {
    await page.close();
  }
  await reader.page.getByText("You have left the room").waitFor({ timeout: 10_000 });
  await reader.page.goto(known(story.facts.links.keys, "their link"));
  await reader.page.getByText("This link is not valid").waitFor();
  await until("their mails are gone", 5000, async () => (await inbox.list(email)).length === 0);
  await reader.page.goto(`${product.url("web")}/w/${slug}`);
  assert(!(await reader.page.content()).includes("Kay Board"), "their name is nowhere");
}
