import type { Page } from "playwright-core";
import { newPerson } from "./browser.ts";
import { linkIn } from "./mail.ts";
import { expectMovingPicture, expectSound } from "./media.ts";
import { assert, until } from "./runner.ts";
import { readInGerman } from "./steps-language.ts";
import { addressOf, known, type Story } from "./story.ts";

const player = 'video[data-player="replay"]';
/** From the click to the first picture. */
const firstPictureMs = 2000;

/** The recording, published: watched by who was there, and by somebody who has to register first. */
export async function replay(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step(
    "host sees the recording finished with thumbnails, and publishes the replay",
    60_000,
    () => publish(story),
  );
  await runner.step(
    "A watches by the mailed link: picture within 2 s of the click, chapters, timed chat",
    60_000,
    () => watch(story),
  );
  await runner.step(
    "who is not registered is sent to the form and comes back to the same second, also in German",
    50_000,
    () => registerAndReturn(story),
  );
  await runner.step("the report counts those who watched apart from those who came", 20_000, () =>
    counted(story),
  );
}

async function publish({ people, product, facts }: Story): Promise<void> {
  const { page } = people.host;
  await page.goto(`${product.url("web")}/console/${known(facts.webinarId, "the webinar")}/replay`);
  const button = page.getByRole("button", { name: "Publish replay" });
  await button.and(page.locator(":enabled")).waitFor({ timeout: 45_000 });
  await page.getByLabel("Chapter", { exact: true }).fill("The demonstration");
  await page.getByLabel("At", { exact: true }).fill("0:06");
  await page.getByRole("button", { name: "Add chapter" }).click();
  await page.getByRole("button", { name: "Remove chapter The demonstration" }).waitFor();
  await button.click();
  await page.getByText("Open", { exact: true }).waitFor();
  await until(
    "the thumbnails",
    30_000,
    async () => (await page.getByText("Cutting thumbnails").count()) === 0,
  );
}

/** Press play; how long until the first picture after it is on the screen, ms. */
async function msToPicture(page: Page): Promise<number> {
  await page.getByRole("button", { name: "Play the recording" }).waitFor();
  await page.evaluate((css) => {
    const video = document.querySelector<HTMLVideoElement>(css);
    const holder = window as unknown as { shownAfterMs?: number };
    delete holder.shownAfterMs;
    document.addEventListener(
      "click",
      () => {
        const clickedAt = performance.now();
        const from = video?.currentTime ?? 0;
        const look = () => {
          if (video && video.currentTime > from) holder.shownAfterMs = performance.now() - clickedAt;
          else video?.requestVideoFrameCallback(look);
        };
        video?.requestVideoFrameCallback(look);
      },
      { once: true, capture: true },
    );
  }, player);
  await page.getByRole("button", { name: "Play the recording" }).click();
  return until("the first picture", 15_000, () =>
    page.evaluate(() => (window as unknown as { shownAfterMs?: number }).shownAfterMs),
  );
}

const positionOf = (page: Page): Promise<number> =>
  page.evaluate((css) => document.querySelector<HTMLVideoElement>(css)?.currentTime ?? -1, player);

async function watch(story: Story): Promise<void> {
  const { page } = story.people.a;
  const mail = await story.inbox.waitFor(addressOf(story, "a"), /recording/i);
  // The page in which nothing has been loaded yet: from the address to the picture as a person goes.
  await page.goto(linkIn(mail, "/replay/t/"));
  const ms = await msToPicture(page);
  story.facts.replayFirstPictureMs = Math.round(ms);
  assert(ms <= firstPictureMs, `the first picture came ${Math.round(ms)} ms after the click`);
  await expectMovingPicture(page, player);
  await expectSound(page, player);

  await page.getByRole("button", { name: /The demonstration/ }).click();
  await until("the chapter's picture", 5000, async () => Math.abs((await positionOf(page)) - 6) < 3);
  await page.keyboard.press("Home");
  await until("the beginning", 5000, async () => (await positionOf(page)) < 3);

  await page.getByRole("tab", { name: "Q&A" }).click();
  const asked = page.getByRole("article").filter({ hasText: "Does the picture go on" });
  assert((await asked.count()) === 0, "the question is there before it was asked");
  await page.getByLabel("Show everything at once").check();
  await asked.getByText("Answered").waitFor();
  await page.getByLabel("Show everything at once").uncheck();
  await until("nothing that was asked later", 3000, async () => (await asked.count()) === 0);
  await page.getByLabel("Show everything at once").check();
  await asked.getByRole("button", { name: /^Go to .*question/ }).click();
  await page.getByLabel("Show everything at once").uncheck();
  await asked.waitFor();
  await page.getByRole("tab", { name: "Polls" }).click();
  await page.keyboard.press("9");
  await page.getByText("Tea or coffee?").waitFor();
  await useKeys(page);
}

/** J K L, arrows, M, C, speed, and going on where one left off. */
async function useKeys(page: Page): Promise<void> {
  const state = () =>
    page.evaluate((css) => {
      const video = document.querySelector<HTMLVideoElement>(css);
      return {
        at: video?.currentTime ?? 0,
        paused: video?.paused,
        muted: video?.muted,
        rate: video?.playbackRate,
      };
    }, player);
  // A tab keeps the arrows for itself.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("5");
  await page.keyboard.press("k");
  await until("paused", 3000, async () => (await state()).paused);
  const before = (await state()).at;
  await page.keyboard.press("j");
  await until("ten seconds back", 3000, async () => Math.abs((await state()).at - (before - 10)) < 0.6);
  await page.keyboard.press("ArrowRight");
  await until("five seconds on", 3000, async () => Math.abs((await state()).at - (before - 5)) < 0.6);
  await page.keyboard.press("m");
  assert((await state()).muted, "M mutes");
  await page.getByLabel("Speed").selectOption("1.5");
  assert((await state()).rate === 1.5, "the speed is set");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("k");
  await page.waitForTimeout(2500);
  const left = (await state()).at;
  await page.reload();
  await page.getByRole("button", { name: "Start over" }).waitFor();
  await until("where they left off", 10_000, async () => Math.abs((await state()).at - left) < 4);
}

async function registerAndReturn(story: Story): Promise<void> {
  const { browser, product, facts, inbox } = story;
  const slug = new URL(known(facts.registrationUrl, "the registration page")).pathname.split("/").at(-1);
  const late = await newPerson(browser, "late", { width: 390, height: 844 });
  const { page } = late;
  try {
    await page.goto(`${product.url("web")}/replay/${slug}?t=7`);
    await page.getByRole("heading", { name: "Register to watch the recording" }).waitFor();
    await page.getByLabel("Name").fill("Mary Late");
    await page.getByLabel("E-mail").fill(addressOf(story, "late"));
    await page.getByRole("button", { name: "Register" }).click();
    await page.waitForURL(new RegExp(`/replay/${slug}\\?t=7$`));
    await page.getByRole("button", { name: "Play the recording" }).waitFor();
    await until("the same second", 10_000, async () => Math.abs((await positionOf(page)) - 7) < 0.5);
    const ms = await msToPicture(page);
    assert(ms <= firstPictureMs, `the first picture came ${Math.round(ms)} ms after the click`);
    await page.waitForTimeout(2500);
    await page.keyboard.press("k");
    const mail = await inbox.waitFor(addressOf(story, "late"), /recording/i);
    assert(linkIn(mail, "/replay/t/").endsWith("?t=7"), "the mailed link leads to the same second");
    await readInGerman(page, { name: "the replay", sees: "Vollbild" });
    assert(late.faults.length === 0, `the page failed: ${late.faults.join("; ")}`);
  } finally {
    await late.context.close();
  }
}

async function counted({ people, product, facts }: Story): Promise<void> {
  const { page } = people.host;
  const webinarId = known(facts.webinarId, "the webinar");
  await page.goto(`${product.url("web")}/console/${webinarId}/report`);
  await page.getByText("2 viewers", { exact: true }).waitFor();
  const response = await page.request.get(
    `${product.url("web")}/api/webinars/${webinarId}/exports/replay.csv`,
  );
  const [header = "", ...rows] = (await response.text()).trim().split("\r\n");
  assert(header.startsWith("first_watched_at,last_watched_at,name,email"), `unexpected header ${header}`);
  assert(
    rows.length === 2 && rows.some((row) => row.includes("Mary Late")),
    `two viewers: ${rows.join(" | ")}`,
  );
  const live = await page.request.get(
    `${product.url("web")}/api/webinars/${webinarId}/exports/attendance.csv`,
  );
  const late = (await live.text()).split("\r\n").find((row) => row.includes("Mary Late"));
  assert(late?.includes(",no,"), `who only watched the recording did not attend: ${late}`);
}
