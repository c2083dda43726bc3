/**
 * The whole story in real browsers against a product of its own: started by the launcher on free ports in a new home,
 * stopped afterwards. `--attach HOME` runs it against one that is up already. Closes with `N passed, N failed`.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { launchBrowser, newPerson } from "./browser.ts";
import { expectNoneInLogs } from "./logs.ts";
import { Inbox } from "./mail.ts";
import { alive, descendants, metric, Product } from "./product.ts";
import { RtmpSink } from "./rtmp-sink.ts";
import { assert, Runner, StoryStopped, until } from "./runner.ts";
import { beAccessible } from "./steps-access.ts";
import { finish } from "./steps-after.ts";
import { prepare } from "./steps-before.ts";
import { embed } from "./steps-embed.ts";
import { bringEncoders } from "./steps-encoders.ts";
import { callOnStage } from "./steps-guest.ts";
import { attack } from "./steps-hostile.ts";
import { interact } from "./steps-interaction.ts";
import { goLive, joinAudience, killEdge, shareScreen } from "./steps-live.ts";
import { moveUp } from "./steps-seats.ts";
import { watchPage } from "./steps-watch.ts";
import type { Story } from "./story.ts";

const attachTo = process.argv.includes("--attach")
  ? process.argv[process.argv.indexOf("--attach") + 1]
  : undefined;
const portBase = Number(process.env.ROSTRUM_E2E_PORT_BASE ?? 5400);

async function tell(story: Story): Promise<void> {
  await prepare(story);
  await story.runner.step("the form works on another site, and only where it is allowed", 30_000, () =>
    embed(story),
  );
  await goLive(story);
  await interact(story);
  await watchPage(story);
  await story.runner.step("C is called on stage from the broadcast, seen by all, and goes back", 75_000, () =>
    callOnStage(story),
  );
  await bringEncoders(story);
  // From here on the screen is shared, and most of the stage is behind it.
  await story.runner.step("the panelist's screen reaches A and C", 50_000, () => shareScreen(story));
  await story.runner.step("five more browsers join at once and see the picture", 90_000, () =>
    joinAudience(story),
  );
  await story.runner.step(
    "who comes when the seats are taken waits, and moves up without a reload",
    60_000,
    () => moveUp(story),
  );
  await attack(story);
  await story.runner.step("A's edge is killed: picture again within 5 s through the other", 30_000, () =>
    killEdge(story),
  );
  await beAccessible(story);
  await finish(story);
  await story.runner.step("no key of a destination and no personal link is in a log", 10_000, () =>
    keepQuiet(story),
  );
}

/** Whoever reads logs can neither publish in the host's name nor come in somebody else's. */
const keepQuiet = ({ product, rtmp, facts }: Story): Promise<void> => {
  const links = Object.entries(facts.links).map(([who, link]) => [`${who}'s personal link`, lastPart(link)]);
  return expectNoneInLogs(product, {
    "the destination's key": lastPart(rtmp.url),
    ...Object.fromEntries(links),
  });
};

const lastPart = (url: string): string => {
  const part = new URL(url).pathname.split("/").at(-1) ?? "";
  assert(part.length > 15, "a secret is long enough to be told from other words");
  return part;
};

const home = attachTo ?? mkdtempSync(path.join(tmpdir(), "rostrum-e2e-"));
const evidence = path.join(home, "e2e");
mkdirSync(evidence, { recursive: true });

let people: Partial<Story["people"]> = {};
const runner = new Runner(async (name) => {
  for (const [who, person] of Object.entries(people)) {
    const file = path.join(evidence, `${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}-${who}.png`);
    await person.page.screenshot({ path: file, timeout: 5000 }).catch(() => undefined);
    if (person.faults.length > 0) process.stdout.write(`      ${who}'s page: ${person.faults.join(" | ")}\n`);
  }
  process.stdout.write(`      screenshots in ${evidence}, logs in ${path.join(home, "logs")}\n`);
});

let product: Product | undefined;
// Half the pictures of a common camera: five browsers draw them on the cores that the product runs on.
const browserPromise = launchBrowser({ args: ["--use-fake-device-for-media-stream=fps=15"] });
const rtmp = await RtmpSink.start(evidence);
try {
  product = attachTo
    ? Product.attach(attachTo)
    : await runner.step("the product starts", 600_000, () =>
        // The story begins at once and counts in seconds: most of the edges' rehearsal is left out.
        Product.start({ home, portBase, timeoutMs: 590_000, env: { REHEARSAL_JOINS: "100" } }),
      );
  const browser = await browserPromise;
  people = {
    host: await newPerson(browser, "host"),
    panelist: await newPerson(browser, "panelist"),
    a: await newPerson(browser, "a"),
    b: await newPerson(browser, "b"),
    c: await newPerson(browser, "c", { width: 390, height: 844 }),
  };
  await tell({
    runner,
    product,
    browser,
    inbox: new Inbox(product.url("inbox")),
    rtmp,
    run: Date.now().toString(36),
    people: people as Story["people"],
    facts: { links: {}, edges: {}, idle: await idleNodes(product) },
  });
  if (!attachTo) await runner.step("Ctrl-C stops everything", 40_000, () => stopClean(product as Product));
} catch (error) {
  if (!(error instanceof StoryStopped)) {
    runner.failed++;
    process.stdout.write(`FAIL  ${error instanceof Error ? error.stack : String(error)}\n`);
  }
} finally {
  rtmp.stop();
  await browserPromise.then((browser) => browser.close()).catch(() => undefined);
  if (!attachTo) await product?.stop();
}
process.stdout.write(`${runner.passed} passed, ${runner.failed} failed\n`);
process.exit(runner.failed === 0 ? 0 : 1);

/** What the owner tree of each media node holds while nothing goes on: sockets, timers, connections. */
async function idleNodes(running: Product): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const node of ["origin", "edge-1", "edge-2"]) {
    counts[node] = (await metric(running.url(node), "scope_entries")) ?? 0;
    assert(counts[node] > 0, `${node} tells what it owns`);
  }
  return counts;
}

/** No process of the product outlives the launcher. */
async function stopClean(running: Product): Promise<void> {
  const pids = Object.values(running.state.pids).flatMap((pid) => [pid, ...descendants(pid)]);
  assert(pids.length >= 8, `expected the product's processes, found ${pids.length}`);
  const code = await running.stop();
  assert(code === 0 || code === 130, `the launcher ended with ${code}`);
  await until("every process is gone", 5000, async () => pids.filter(alive).length === 0);
}
