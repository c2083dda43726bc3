import type { Browser, Page } from "playwright-core";
import { Bed } from "../bed/bed.ts";
import { launchOnHost } from "../bed/bed-browser.ts";
import { Cluster, twoRegions } from "../bed/cluster.ts";
import { bedFault } from "../bed/owner.ts";
import { newPerson } from "../e2e/browser.ts";
import { expectMovingPicture, expectSound } from "../e2e/media.ts";
import { clock, installClockCamera } from "./clock-picture.ts";
import { percentile } from "./figures.ts";
import { OtherUse } from "./kills-machine.ts";
import { type Hearing, installToneMicrophone, listen } from "./tone.ts";
import { type Watching, watch } from "./watch.ts";

/**
 * Grain enough for several packets a frame, in a picture that two cores code and decode beside everything else; of 640
 * libwebrtc makes two layers of the three, from 960 up all.
 */
const grainy = { ...clock, width: Number(process.env.ROSTRUM_BENCH_WIDTH ?? 640), noise: 0.15 };
const camera = 'video[data-source="camera"]';
const microphone = "audio[data-participant]";

type Figures = {
  fps: number;
  lowestSecondFps: number;
  longestFreezeMs: number;
  longestAudioGapMs: number;
  audioGaps: number;
  glassToGlassP50Ms: number | null;
  glassToGlassP95Ms: number | null;
  /** Cores that processes which are not ours used meanwhile. */
  otherCores: number;
};

export type PathResult = Figures & {
  /** What lay between origin and edge, as the relay counted it. */
  rttMs: number;
  lossPct: number;
  packets: number;
  lostPct: number;
  seconds: number;
  /** The same browsers over the same hosts before the link was made worse. */
  clear: Figures;
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** A panelist whose camera is the clock and whose microphone is a tone, and a host who goes live. */
async function goLive(browser: Browser, cluster: Cluster): Promise<void> {
  const { links } = cluster;
  const panelist = await newPerson(browser, "panelist");
  await panelist.page.addInitScript(installClockCamera, grainy);
  await panelist.page.addInitScript(installToneMicrophone, 440);
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
  // One browser fewer that decodes the stage on this machine.
  await host.context.close();
}

async function join(browser: Browser, cluster: Cluster): Promise<Page> {
  const { page } = await newPerson(browser, "attendee");
  await page.goto(cluster.links.attendeeUrl);
  await page.getByRole("button", { name: "Join" }).click();
  await expectMovingPicture(page, camera, 30_000);
  await expectSound(page, microphone);
  return page;
}

async function measure(page: Page, seconds: number): Promise<Figures> {
  const others = new OtherUse();
  const [seen, heard]: [Watching, Hearing] = await Promise.all([
    page.evaluate(watch, { selector: camera, seconds, shape: clock }),
    page.evaluate(listen, { selector: microphone, seconds }),
  ]);
  if (heard.heardMs < seconds * 900) say(`only ${heard.heardMs} ms of sound were rendered in ${seconds} s`);
  const { fps, lowestSecondFps, longestFreezeMs, ages } = seen;
  return {
    fps,
    lowestSecondFps,
    longestFreezeMs,
    longestAudioGapMs: heard.longestGapMs,
    audioGaps: heard.gaps,
    glassToGlassP50Ms: percentile(ages, 0.5),
    glassToGlassP95Ms: percentile(ages, 0.95),
    otherCores: Math.round(others.cores() * 100) / 100,
  };
}

/**
 * Picture and sound with a long, lossy link between origin and edge: the origin is in one region with the panelist, the
 * edge in another with the attendee, and everything between them passes the relay. Throws when there can be no bed.
 */
export async function measurePath(options: {
  short: boolean;
  rttMs?: number;
  lossPct?: number;
}): Promise<PathResult> {
  const fault = await bedFault();
  if (fault) throw new Error(`no test bed: ${fault}`);
  const { short, rttMs = 100, lossPct = 3 } = options;
  const seconds = short ? 20 : 60;
  const bed = await Bed.open(twoRegions);
  const browsers: Browser[] = [];
  try {
    const cluster = await Cluster.start(bed, { main: "main", edges: { "edge-us": "us" }, live: false });
    const { authority } = cluster.certificate;
    for (const name of ["client-eu", "client-us"])
      browsers.push(await launchOnHost(bed, bed.host(name), authority));
    const [near, far] = browsers;
    if (!near || !far) throw new Error("there are two browsers");
    await goLive(near, cluster);
    const page = await join(far, cluster);
    await new Promise((resolve) => setTimeout(resolve, short ? 6000 : 12_000));
    const clear = await measure(page, seconds);
    say(`clear: ${JSON.stringify(clear)}`);
    const link = bed.link("eu", "us");
    const before = await link.shape({ delayMs: rttMs / 2, lossPct });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const figures = await measure(page, seconds);
    const after = await link.counts();
    const sum = (counts: typeof before, key: "packets" | "lost"): number =>
      counts.forth[key] + counts.back[key];
    const packets = sum(after, "packets") - sum(before, "packets");
    const lost = sum(after, "lost") - sum(before, "lost");
    return {
      rttMs,
      lossPct,
      packets,
      lostPct: Math.round((lost / packets) * 1000) / 10,
      seconds,
      ...figures,
      clear,
    };
  } finally {
    await Promise.all(browsers.map((browser) => browser.close().catch(() => undefined)));
    await bed.close();
  }
}
