/**
 * The product on several hosts, in real browsers: the picture goes from the origin through an edge on another host to a
 * browser on a third, and finds its way through every firewall of the matrix within 8 s of the click on Join, with the
 * reason recorded. `--keep FOLDER`: screenshots, and logs of a failure. Closes with `N passed, N failed`; skipped with a
 * line where the machine permits no namespaces.
 */
import { cpSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { newPerson } from "../e2e/browser.ts";
import { assert, Runner, StoryStopped, until } from "../e2e/runner.ts";
import { Bed } from "./bed.ts";
import { launchOnHost } from "./bed-browser.ts";
import { Cluster, doors, twoRegions } from "./cluster.ts";
import { type Landing, land, landMs, picturesOf, recorded, toldHost } from "./landing.ts";
import { narrow } from "./narrow.ts";
import { bedFault } from "./owner.ts";
import { type Rung, rungs } from "./rungs.ts";
import { relaysTo } from "./turn-peers.ts";

const { keep } = parseArgs({ options: { keep: { type: "string" } } }).values;
if (keep) mkdirSync(keep, { recursive: true });

const fault = await bedFault();
if (fault) {
  process.stdout.write(`skipped: ${fault}\n0 passed, 0 failed\n`);
  process.exit(0);
}

/** A join without obstacles on a machine with nothing else to do, at most, ms. */
const usualMs = 2000;
/** The registrant of the demo's attendee link. */
const email = "ada@example.test";
type Stage = { bed: Bed; cluster: Cluster; browser: Browser; host: Page };

/** The host is in the studio and looks at who is there. */
async function openStudio(browser: Browser, cluster: Cluster): Promise<Page> {
  const { page } = await newPerson(browser, "host");
  await page.goto(cluster.links.hostUrl);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Enter studio" }).click();
  await page.getByRole("tab", { name: "People" }).click();
  return page;
}

/**
 * One rung. The clock starts at the click on Join, so a machine that is busy with other things makes all of them late;
 * `slackMs` is by how much it was late without any firewall.
 */
async function climb({ bed, cluster, browser, host }: Stage, rung: Rung, slackMs: number): Promise<Landing> {
  const client = bed.host("client-us");
  const webinarId = String(cluster.state.demo?.webinarId);
  const meanwhile = async (page: Page): Promise<void> => {
    await until(`the export says "${rung.path}" because "${rung.reason}"`, 10_000, async () => {
      const { path, reason } = await recorded(host, webinarId, email);
      assert(path === rung.path && reason === rung.reason, `it says "${path}" because "${reason}"`);
      return true;
    });
    const told = rung.blocksUdp ? "1 behind networks that block UDP" : undefined;
    if (told) await until(`the host reads "${told}"`, 10_000, async () => (await toldHost(host)) === told);
    if (!keep) return;
    await picturesOf(host, keep, `host-${rung.path}`);
    await picturesOf(page, keep, `attendee-${rung.path}`);
  };
  await client.firewall(rung.rules);
  const { attendeeUrl: link } = cluster.links;
  const landing = await land({ browser, link, rung, meanwhile }).finally(() => client.firewall({}));
  const { path, edge, landedMs, pictureMs, againMs } = landing;
  process.stdout.write(
    `      ${path} via ${edge}: chosen after ${landedMs} ms, picture after ${pictureMs} ms${againMs === null ? "" : `; the second time ${againMs} ms`}\n`,
  );
  assert(path === rung.path, `landed on ${path}`);
  assert(["edge-eu", "edge-us"].includes(edge), `served by ${edge}`);
  assert(landedMs <= landMs + slackMs, `chosen after ${landedMs} ms`);
  // What is known not to work is not waited for again.
  if (path === "hls")
    assert(againMs !== null && againMs < landedMs - 2000, `chosen after ${againMs} ms again`);
  return landing;
}

/** Edges may be reached through it; front doors, routers and the server's own loopback may not. */
async function probeTurn(bed: Bed, cluster: Cluster): Promise<void> {
  const [client, turn] = [bed.host("client-us"), cluster.turn];
  for (const edge of ["edge-eu", "edge-us"])
    assert((await relaysTo(client, turn, bed.host(edge).address)) !== false, `${edge} is refused`);
  for (const peer of [cluster.main.addresses[1] ?? "", "10.77.1.1", "127.0.0.1"])
    assert((await relaysTo(client, turn, peer)) !== true, `${peer} is relayed to`);
}

/** Somebody far away on a telephone: 1.6 Mbit/s down, 768 kbit/s up, 150 ms and more to the origin, 1 % lost. */
async function farAndSlow({ bed, cluster, browser }: Stage): Promise<void> {
  const [client, link] = [bed.host("client-us"), bed.link("eu", "us")];
  await Promise.all([client.uplink(768), bed.downlink(client.name, 1600), client.loss(1)]);
  await link.shape({ delayMs: 75, jitterMs: 20 });
  try {
    const open: Rung = { name: "far and slow", rules: {}, path: "udp", reason: "", blocksUdp: false };
    const { attendeeUrl } = cluster.links;
    const { path, pictureMs } = await land({
      browser,
      link: attendeeUrl,
      rung: open,
      meanwhile: async () => {},
    });
    process.stdout.write(`      ${path}: picture after ${pictureMs} ms\n`);
    assert(path === "udp", `landed on ${path}`);
  } finally {
    await link.shape({ delayMs: 0, jitterMs: 0 });
    await Promise.all([client.uplink(0), bed.downlink(client.name, 0), client.loss(0)]);
  }
}

async function tell(runner: Runner, bed: Bed): Promise<void> {
  const cluster = await runner.step("the product starts on three hosts", 300_000, () =>
    Cluster.start(bed, { main: "main", edges: { "edge-eu": "eu", "edge-us": "us" }, live: true }),
  );
  const { authority } = cluster.certificate;
  const [hostBrowser, browser] = await Promise.all([
    launchOnHost(bed, bed.host("client-eu"), authority),
    launchOnHost(bed, bed.host("client-us"), authority),
  ]);
  try {
    const stage = { bed, cluster, browser, host: await openStudio(hostBrowser, cluster) };
    await runner.step("TURN relays to media nodes and to nobody else", 30_000, () => probeTurn(bed, cluster));
    let slackMs = 0;
    for (const rung of rungs(doors(cluster.main))) {
      const name = `${rung.name}: ${rung.path} within ${landMs / 1000} s, with its reason`;
      const { landedMs } = await runner.step(name, 80_000, () => climb(stage, rung, slackMs));
      if (rung.path === "udp") slackMs = Math.max(0, landedMs - usualMs);
    }
    await runner.step(
      "a way too narrow for pictures: voices go on, pictures come back",
      180_000,
      async () => {
        const { attendeeUrl: link } = cluster.links;
        const { heldMs, backMs } = await narrow({ bed, browser, host: "client-us", link });
        process.stdout.write(
          `      sound alone after ${heldMs} ms; wide again, a picture after ${backMs} ms\n`,
        );
      },
    );
    await runner.step("far away on a telephone: the picture moves", 60_000, () => farAndSlow(stage));
  } finally {
    await Promise.all([hostBrowser.close(), browser.close()]);
  }
}

const bed = await Bed.open(twoRegions);
const runner = new Runner(async () => {
  if (keep) cpSync(bed.folder, keep, { recursive: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void bed.close().then(() => process.exit(130)));
try {
  await tell(runner, bed);
} catch (error) {
  if (!(error instanceof StoryStopped)) {
    runner.failed++;
    process.stdout.write(`FAIL  ${error instanceof Error ? error.stack : String(error)}\n`);
  }
} finally {
  await bed.close();
}
process.stdout.write(`${runner.passed} passed, ${runner.failed} failed\n`);
process.exit(runner.failed === 0 ? 0 : 1);
