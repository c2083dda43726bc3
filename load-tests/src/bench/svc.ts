import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, newPerson } from "../e2e/browser.ts";
import { expectMovingPicture } from "../e2e/media.ts";
import { Product } from "../e2e/product.ts";
import { assert, until } from "../e2e/runner.ts";
import { Host } from "../swarm/host.ts";
import { registerPeople } from "../swarm/people.ts";
import { collectConnections, incomingPictures } from "./connections.ts";

const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 7200);
const camera = 'video[data-source="camera"]';
const screen = 'video[data-source="screen"]';
const hls = 'video[data-player="hls"]';
const run = promisify(execFile);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

export type SvcResult = {
  /** Width of the same camera in a large and in a small tile, pixels. */
  largeWidth: number | null;
  smallWidth: number | null;
  /** Pictures in the panelist's own track of the recording. */
  trackPictures: number | null;
};

/**
 * A real browser publishes VP9 in layers; others see it over origin and edge at two sizes, in the broadcast, in the
 * recording of the person alone, and who has no VP9 gets the broadcast. Then a screen, which is VP9 too.
 */
export async function measureSvc(): Promise<SvcResult> {
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-svc-"));
  const closers: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];
  try {
    const env = { ROSTRUM_EDGES: "1", LOG_LEVEL: "warn", STAGE_CAMERA: "svc", STAGE_SCREEN: "vp9" };
    const product = await Product.start({ home, portBase, timeoutMs: 400_000, env });
    closers.push(() => product.stop());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    return await publishAndWatch(product, browser);
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

async function publishAndWatch(product: Product, browser: Browser): Promise<SvcResult> {
  const site = { web: product.url("web"), inbox: product.url("inbox") };
  const host = await Host.signIn(site, "svc-host@example.test");
  const webinar = await host.schedule("The SVC bench", 50);
  const link = await host.invite(webinar.id, { name: "Hedy Kiesler", email: "panelist@example.test" });
  const [a = "", b = "", c = "", d = ""] = await registerPeople({ ...site, ...webinar }, 4, "svc");
  const panelist = await publish(browser, link);
  await host.call("webinar.goLive", { id: webinar.id });

  const large = await watch(browser, a, { width: 1440, height: 900 });
  const small = await watch(browser, b, { width: 320, height: 640 });
  const widths = { large: 0, small: 0 };
  // The panelist's own estimate of their network, and a key picture, come first.
  await until("two sizes of one camera", 60_000, async () => {
    widths.large = (await pictureIn(large)).width;
    widths.small = (await pictureIn(small)).width;
    return widths.small > 0 && widths.large >= widths.small * 2;
  }).catch(() => {
    throw new Error(`a large and a small tile get ${widths.large} and ${widths.small} pixels`);
  });
  say(`one VP9 camera: ${widths.large} pixels wide in a large tile, ${widths.small} in a small one`);

  const without = await enter(browser, c, { width: 640, height: 480 }, withoutVp9);
  await without.getByText("cannot play the stage's video").waitFor();
  await expectMovingPicture(without, hls, 40_000);
  await without.locator('main[data-delivery="hls"]').waitFor();
  const broadcast = await enter(browser, d.replace("/j/", "/watch/"), { width: 1280, height: 720 });
  await expectMovingPicture(broadcast, hls, 40_000);
  say("who has no VP9 watches the broadcast, in which the camera moves");

  await panelist.getByRole("button", { name: "Share screen" }).click();
  await expectMovingPicture(large, screen, 30_000);
  const codecs = (await incomingPictures(large)).map(({ codec }) => codec);
  assert(codecs.length === 2 && codecs.every((codec) => codec === "video/VP9"), `received: ${codecs.join()}`);
  await expectMovingPicture(broadcast, hls, 20_000);

  await host.call("webinar.end", { id: webinar.id });
  const folder = path.join(product.home, "egress/programmes", webinar.id);
  return { largeWidth: widths.large, smallWidth: widths.small, trackPictures: await ownTrack(folder) };
}

async function publish(browser: Browser, link: string): Promise<Page> {
  const { page } = await newPerson(browser, "panelist");
  page.setDefaultTimeout(40_000);
  await page.goto(link);
  await page.getByRole("button", { name: "Enter studio" }).click();
  await page.locator('main[data-stage="connected"]').waitFor();
  await page.getByRole("button", { name: "Turn camera on" }).click();
  await page.getByRole("button", { name: "Turn camera off" }).waitFor();
  await page.getByRole("button", { name: "Unmute" }).click();
  return page;
}

async function enter(
  browser: Browser,
  link: string,
  size: { width: number; height: number },
  before?: () => void,
): Promise<Page> {
  const { page } = await newPerson(browser, "attendee", size);
  page.setDefaultTimeout(40_000);
  await page.addInitScript(collectConnections);
  if (before) await page.addInitScript(before);
  await page.goto(link);
  await page.getByRole("button", { name: "Join" }).click();
  return page;
}

async function watch(browser: Browser, link: string, size: { width: number; height: number }): Promise<Page> {
  const page = await enter(browser, link, size);
  await page.locator('main[data-delivery="webrtc"][data-connection="connected"]').waitFor();
  await expectMovingPicture(page, camera, 40_000);
  return page;
}

/** The one camera a page receives; it must be VP9. */
async function pictureIn(page: Page): Promise<{ width: number }> {
  const [picture, ...more] = await incomingPictures(page);
  assert(picture !== undefined && more.length === 0, "one picture is received");
  assert(picture.codec === "video/VP9", `received: ${picture.codec}`);
  return picture;
}

/** Runs in a page before its scripts: a browser whose offers have no VP9. */
function withoutVp9(): void {
  const { createOffer } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createOffer = async function (this: RTCPeerConnection, ...given: unknown[]) {
    const offer = await (createOffer as (...all: unknown[]) => Promise<RTCSessionDescriptionInit>).apply(
      this,
      given,
    );
    return { type: offer.type, sdp: offer.sdp?.replaceAll("VP9/90000", "unknown/90000") };
  } as typeof createOffer;
}

/** Pictures in the finished file of what the panelist's camera sent; decoding all of it must find no fault. */
async function ownTrack(folder: string): Promise<number> {
  const file = await until("the panelist's own track", 60_000, async () => {
    const names = readdirSync(folder).filter((name) => /^track-.*\.json$/.test(name));
    const tracks = names.map(
      (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Record<string, string>,
    );
    return tracks.find(({ source, codec }) => source === "camera" && codec === "vp9")?.file;
  });
  const whole = path.join(folder, file);
  const { stderr } = await run("ffmpeg", ["-v", "error", "-i", whole, "-f", "null", "-"]);
  assert(stderr.trim() === "", `the track cannot be decoded: ${stderr.slice(0, 400)}`);
  const probe = ["-v", "error", "-select_streams", "v:0", "-count_packets"];
  const fields = ["-show_entries", "stream=codec_name,width,height,nb_read_packets", "-of", "json"];
  const { stdout } = await run("ffprobe", [...probe, ...fields, whole]);
  const [stream] = (JSON.parse(stdout) as { streams: Record<string, string | number>[] }).streams;
  say(`the panelist's own track: ${JSON.stringify(stream)}`);
  assert(stream?.codec_name === "vp9", "the track is VP9");
  return Number(stream.nb_read_packets);
}
