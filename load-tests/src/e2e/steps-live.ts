import { newPerson } from "./browser.ts";
import { expectMovingPicture, expectSound, pictureOf } from "./media.ts";
import { assert, until } from "./runner.ts";
import { known, type Story } from "./story.ts";

const camera = 'video[data-source="camera"]';
const hls = 'video[data-player="hls"]';

/** The stage goes live and reaches both tiers. */
export async function goLive(story: Story): Promise<void> {
  const { runner, people } = story;
  await runner.step("panelist enters the studio with camera and microphone", 40_000, () =>
    enterStudio(story),
  );
  await runner.step("host enters the studio and goes live", 40_000, () => hostGoesLive(story));
  await runner.step("A joins by the mailed link on one edge: moving picture and sound", 40_000, () =>
    join(story, "a"),
  );
  await runner.step("B joins on the other edge: moving picture and sound", 40_000, () => join(story, "b"));
  await runner.step("C watches the programme over HLS: picture and sound", 60_000, () => watch(story));
  await runner.step("the RTMP destination receives the programme", 30_000, () =>
    until("bytes at the destination", 25_000, async () => story.rtmp.bytes > 200_000),
  );
  assert(people.a.faults.length === 0, `A's page failed: ${people.a.faults.join("; ")}`);
}

async function enterStudio({ people, facts }: Story): Promise<void> {
  const { page } = people.panelist;
  await page.goto(known(facts.links.panelist, "the panelist's link"));
  await page.getByRole("button", { name: "Enter studio" }).click();
  await page.locator('main[data-stage="connected"]').waitFor();
  await page.getByRole("button", { name: "Turn camera on" }).click();
  await page.getByRole("button", { name: "Turn camera off" }).waitFor();
  await page.getByRole("button", { name: "Unmute" }).click();
  await page.getByRole("button", { name: "Mute", exact: true }).waitFor();
}

async function hostGoesLive({ people, facts }: Story): Promise<void> {
  const { page } = people.host;
  await page.getByRole("link", { name: "Open studio" }).click();
  await page.getByRole("button", { name: "Enter studio" }).click();
  await page.locator('main[data-stage="connected"]').waitFor();
  await expectMovingPicture(page, camera);
  await page.getByRole("button", { name: "Go live" }).click();
  await page.locator('main[data-room-phase="live"]').waitFor();
  facts.liveAt = Date.now();
}

async function join({ people, facts }: Story, who: "a" | "b"): Promise<void> {
  const { page } = people[who];
  await page.goto(known(facts.links[who], `${who}'s link`));
  await page.getByRole("button", { name: "Join" }).click();
  await page.locator('main[data-delivery="webrtc"][data-connection="connected"]').waitFor();
  facts.edges[who] = (await page.locator("main").getAttribute("data-edge")) ?? "";
  assert(facts.edges.a !== facts.edges.b, `A and B are both on ${facts.edges.a}`);
  await expectMovingPicture(page, camera);
  await expectSound(page, "audio");
}

async function watch({ people, facts }: Story): Promise<void> {
  const { page } = people.c;
  await page.goto(known(facts.links.c, "C's link").replace("/j/", "/watch/"));
  await page.getByRole("button", { name: "Join" }).click();
  await page.locator('main[data-delivery="hls"][data-connection="connected"]').waitFor();
  await expectMovingPicture(page, hls, 30_000);
  await expectSound(page, hls);
}

/** Five more browsers in the audience at once, on whichever edges they are given; each sees the picture move. */
export async function joinAudience({ browser, facts }: Story): Promise<void> {
  const audience = await Promise.all(
    Array.from({ length: 5 }, (_, i) => newPerson(browser, `audience ${i + 1}`, { width: 640, height: 480 })),
  );
  try {
    await Promise.all(
      audience.map(async ({ page }) => {
        await page.goto(known(facts.links.b, "B's link"));
        await page.getByRole("button", { name: "Join" }).click();
        await expectMovingPicture(page, camera, 40_000);
      }),
    );
  } finally {
    for (const { context } of audience) await context.close();
  }
}

/** The panelist's screen reaches A as a track of its own and C inside the programme. */
export async function shareScreen({ people }: Story): Promise<void> {
  const before = await until("the programme's picture", 5000, () => pictureOf(people.c.page, hls));
  await people.panelist.page.getByRole("button", { name: "Share screen" }).click();
  await expectMovingPicture(people.a.page, 'video[data-source="screen"]', 20_000);
  await until("the programme changes its layout", 20_000, async () => {
    const now = await pictureOf(people.c.page, hls);
    if (!now) return undefined;
    const change =
      Math.abs(now.red - before.red) + Math.abs(now.green - before.green) + Math.abs(now.blue - before.blue);
    return change > 15 && now.frames > before.frames;
  });
}

/** A's edge dies without a word: the picture must go on through the other. */
export async function killEdge({ product, people, facts }: Story): Promise<number> {
  const { page } = people.a;
  const killedAt = performance.now();
  process.kill(product.pid(facts.edges.a ?? ""), "SIGKILL");
  await page
    .locator(`main[data-edge="${facts.edges.b}"][data-connection="connected"]`)
    .waitFor({ timeout: 5000 });
  // The last picture stays while there is no other: only frames that count on are new ones.
  await until("a new picture", 5000, async () => {
    const [before, after] = [await pictureOf(page, camera), await pictureOf(page, camera, 150)];
    return before && after && after.frames > before.frames && after.brightness > 8;
  });
  const ms = Math.round(performance.now() - killedAt);
  assert(ms <= 5000, `A's picture came back after ${ms} ms`);
  facts.edgeRecoveryMs = ms;
  await expectMovingPicture(page, camera);
  return ms;
}
