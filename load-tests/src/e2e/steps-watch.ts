import type { Page } from "playwright-core";
import { pictureOf } from "./media.ts";
import { assert, until } from "./runner.ts";
import { known, type Story } from "./story.ts";

const hls = 'video[data-player="hls"]';
const line = "And this is how the cascade works.";

/** What the broadcast's player can do besides playing, and captions on both tiers. */
export async function watchPage(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step(
    "a caption line from the studio is seen by A over WebRTC and by C in the broadcast",
    60_000,
    () => captions(story),
  );
  await runner.step("C goes back by the scrubber, hears sound only, and returns to live", 60_000, () =>
    playerOf(story),
  );
}

async function captions({ people }: Story): Promise<void> {
  const { a, c, host } = people;
  await c.page.getByRole("button", { name: "Captions" }).click();
  await host.page.getByRole("tab", { name: "Captions" }).click();
  await host.page.getByLabel("Caption line").fill(line);
  await host.page.getByRole("button", { name: "Show", exact: true }).click();
  await a.page.getByText(line).waitFor({ timeout: 5000 });
  await until("the line in the broadcast's captions", 20_000, () =>
    c.page.evaluate(
      ([css, text]) => {
        const tracks = [...(document.querySelector<HTMLVideoElement>(css ?? "")?.textTracks ?? [])];
        return tracks.some((track) =>
          [...(track.activeCues ?? [])].some((cue) => (cue as VTTCue).text.includes(text ?? "-")),
        );
      },
      [hls, line],
    ),
  );
}

const stateOf = (page: Page) =>
  page.evaluate((css) => {
    const video = document.querySelector<HTMLVideoElement>(css);
    return { at: video?.currentTime ?? 0, paused: video?.paused ?? true, muted: video?.muted ?? false };
  }, hls);

/** Opens the quality menu with the keyboard alone and goes to a choice; the button has the focus again and says it. */
async function chooseByKeyboard(page: Page, choice: string): Promise<void> {
  const button = page.getByRole("region", { name: "Stage" }).getByRole("button", { name: /^Quality/ });
  await button.focus();
  await page.keyboard.press("ArrowDown");
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.keyboard.press("Home");
  for (let step = 0; step < 8 && !(await focused()).startsWith(choice); step += 1)
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(`the button says ${choice}`, 10_000, async () =>
    ((await button.getAttribute("aria-label")) ?? "").startsWith(`Quality: ${choice}`),
  );
}

async function playerOf({ people }: Story): Promise<void> {
  const { page } = people.c;
  const stage = page.getByRole("region", { name: "Stage" });
  const before = await until("a playing picture", 10_000, async () => {
    const now = await stateOf(page);
    return now.paused ? undefined : now;
  });
  await stage.getByRole("button", { name: "Mute" }).focus();
  await page.keyboard.press("ArrowLeft");
  await until("ten seconds back", 10_000, async () => (await stateOf(page)).at < before.at - 5);
  await until("how far behind it is", 10_000, async () =>
    /behind live/.test((await stage.locator(".player-behind").textContent()) ?? ""),
  );
  await page.keyboard.press("m");
  assert((await stateOf(page)).muted, "M mutes");
  await page.keyboard.press("m");
  await page.keyboard.press("k");
  await until("paused", 3000, async () => (await stateOf(page)).paused);
  await page.keyboard.press("l");
  await until("live again", 15_000, async () => {
    const now = await stateOf(page);
    return !now.paused && now.at > before.at;
  });
  await chooseByKeyboard(page, "Audio only");
  await until("no picture", 15_000, async () => {
    const picture = await pictureOf(page, hls);
    return picture === undefined && !(await stateOf(page)).paused;
  });
  await chooseByKeyboard(page, "Automatic");
  const again = await until("the picture again", 20_000, () => pictureOf(page, hls));
  assert(known(again, "a picture").width > 0, "the picture has come back");
}
