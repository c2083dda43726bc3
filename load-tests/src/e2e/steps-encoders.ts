import type { Page } from "playwright-core";
import { newPerson } from "./browser.ts";
import { expectNoneInLogs } from "./logs.ts";
import { expectMovingPicture, expectSound, pictureOf } from "./media.ts";
import { RtmpPublisher } from "./rtmp-publisher.ts";
import { assert, until } from "./runner.ts";
import type { Story } from "./story.ts";
import { endWhip, publishWhip, restartWhip } from "./whip-publisher.ts";

const hls = 'video[data-player="hls"]';
/** A key that was revoked stops what is sent with it within this, ms. */
const revokedMs = 10_000;

/** Encoders come on stage with stream keys that the host makes. */
export async function bringEncoders(story: Story): Promise<void> {
  const { runner } = story;
  await runner.step("an encoder publishes over WHIP: A and the programme see it until it ends", 60_000, () =>
    publishOverWhip(story),
  );
  await runner.step(
    "OBS publishes over RTMP: A and the programme see it, and again after a break",
    60_000,
    () => publishOverRtmp(story),
  );
}

export type Made = { id: string; key: string; whipUrl: string; rtmpUrl: string };

/** The host makes a key in the studio. */
export async function makeKey(story: Story, name: string): Promise<Made> {
  const { page } = story.people.host;
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByLabel("Name on stage").fill(name);
  await page.getByRole("button", { name: "Add encoder" }).click();
  const key = await page.getByLabel("Stream key").inputValue();
  const whipUrl = await page.getByLabel("WHIP server").inputValue();
  const rtmp = page.getByLabel("RTMP server");
  const rtmpUrl = (await rtmp.count()) > 0 ? await rtmp.inputValue() : "";
  assert(/^[\w-]{32}$/.test(key), "a stream key has 192 random bits");
  const id = await until("the encoder's id", 5000, () => idOf(page, name));
  return { id, key, whipUrl, rtmpUrl };
}

const idOf = (page: Page, name: string): Promise<string | undefined> =>
  page.evaluate(async (wanted) => {
    const id = location.pathname.split("/").at(-1);
    const input = encodeURIComponent(JSON.stringify({ json: { id } }));
    const answer = await fetch(`/api/trpc/encoder.list?input=${input}`);
    const { result } = (await answer.json()) as {
      result: { data: { json: { encoders: { id: string; name: string }[] } } };
    };
    return result.data.json.encoders.find((encoder) => encoder.name === wanted)?.id;
  }, name);

/** The programme shows something strongly of a colour. */
async function programmeShows(page: Page, colour: "green" | "blue"): Promise<void> {
  await until(`the programme is more ${colour}`, 20_000, async () => {
    const now = await pictureOf(page, hls);
    if (!now) return false;
    const others = colour === "green" ? [now.red, now.blue] : [now.red, now.green];
    return others.every((other) => now[colour] > other + 15);
  });
}

async function publishOverWhip(story: Story): Promise<void> {
  const { browser, people } = story;
  const made = await makeKey(story, "Hall camera");
  const tile = `video[data-participant="${made.id}"]`;
  const encoder = await newPerson(browser, "encoder");
  const { page } = encoder;
  const wish = { url: made.whipUrl, key: made.key, simulcast: false, colour: "#00c000" };
  try {
    const refused = await publishWhip(page, { ...wish, codec: "VP8", key: `${made.key.slice(1)}x` });
    assert(refused === 401, `a wrong key is answered ${refused}`);
    assert((await publishWhip(page, { ...wish, codec: "H264" })) === 201, "H.264 is taken");
    await expectMovingPicture(people.a.page, tile);
    await programmeShows(people.c.page, "green");
    await people.host.page.locator('[data-encoder-state="live"]').waitFor({ timeout: 8000 });

    const { restart, stale, connected } = await restartWhip(page);
    assert(restart === 200 && stale === 412, `an ICE restart is answered ${restart}, an old ETag ${stale}`);
    assert(connected, "connected after the ICE restart");
    await expectMovingPicture(people.a.page, tile);

    // The same key again: the new session takes the place of the old one.
    assert(
      (await publishWhip(page, { ...wish, codec: "VP8", simulcast: true, colour: "#0000d0" })) === 201,
      "VP8 with three sizes is taken",
    );
    await until("the new picture", 10_000, async () => {
      const now = await pictureOf(people.a.page, tile);
      return now && now.blue > now.green + 50;
    });
    await expectMovingPicture(people.a.page, tile);
    assert((await endWhip(page)) === 200, "DELETE ends the session");
    await people.a.page.locator(tile).waitFor({ state: "detached", timeout: 5000 });

    assert((await publishWhip(page, { ...wish, codec: "VP8" })) === 201, "and it may come again");
    await expectMovingPicture(people.a.page, tile);
    await revoke(people.host.page, "Hall camera");
    await people.a.page.locator(tile).waitFor({ state: "detached", timeout: revokedMs });
    const revoked = await publishWhip(page, { ...wish, codec: "VP8" });
    assert(revoked === 401, `a revoked key is answered ${revoked}`);
  } finally {
    await encoder.context.close();
  }
}

/** RTMP as OBS sends it, H.264 untouched and sound as Opus. */
async function publishOverRtmp(story: Story): Promise<void> {
  const { people, product } = story;
  const made = await makeKey(story, "OBS");
  assert(made.rtmpUrl.startsWith("rtmp://"), "the host is told where to publish");
  const tile = `video[data-participant="${made.id}"]`;
  const row = people.host.page.getByRole("listitem").filter({ hasText: "OBS" });
  const wish = { url: made.rtmpUrl, key: made.key, colour: "blue" };
  const stranger = new RtmpPublisher({ ...wish, key: `${made.key.slice(1)}x` });
  const reordering = new RtmpPublisher({ ...wish, bFrames: true });
  let encoder: RtmpPublisher | undefined;
  try {
    await until("an encoder with B-frames is told what to change", 15_000, () =>
      row.getByText("Set B-frames to 0").isVisible(),
    );
    assert((await reordering.ended) !== 0, "it is turned away");
    assert((await stranger.ended) !== 0, "a wrong key is turned away");

    encoder = new RtmpPublisher(wish);
    await expectMovingPicture(people.a.page, tile);
    await expectSound(people.a.page, `audio[data-participant="${made.id}"]`);
    await programmeShows(people.c.page, "blue");
    await row.getByText("Live").waitFor({ timeout: 8000 });
    await row.getByText("1280×720").waitFor({ timeout: 8000 });
    const tracks = await trackOf(people.a.page, tile);

    encoder.kill();
    await people.a.page.locator(tile).waitFor({ state: "detached", timeout: 8000 });
    encoder = new RtmpPublisher({ ...wish, colour: "green" });
    await expectMovingPicture(people.a.page, tile);
    assert((await trackOf(people.a.page, tile)) === tracks, "it came back as another source");

    await revoke(people.host.page, "OBS");
    await people.a.page.locator(tile).waitFor({ state: "detached", timeout: revokedMs });
    assert((await encoder.ended) !== 0, "a revoked key ends the connection");
  } finally {
    for (const publisher of [stranger, reordering, encoder]) publisher?.kill();
  }
  await expectNoneInLogs(product, { "a stream key": made.key });
}

/** The received track of a tile: another one is another source. */
const trackOf = (page: Page, tile: string): Promise<string | undefined> =>
  page.evaluate((css) => {
    const stream = document.querySelector<HTMLVideoElement>(css)?.srcObject;
    return stream instanceof MediaStream ? stream.getVideoTracks()[0]?.id : undefined;
  }, tile);

async function revoke(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
}
