import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, newPerson, type Person } from "../e2e/browser.ts";
import { Inbox, linkIn } from "../e2e/mail.ts";
import { expectMovingPicture } from "../e2e/media.ts";
import { metric, Product } from "../e2e/product.ts";
import { assert, until } from "../e2e/runner.ts";
import { admitAs, callTrpc } from "../wire/api.ts";
import { Ledger } from "../wire/ledger.ts";
import { tree } from "./audience-cpu.ts";
import { Cut } from "./kills-cut.ts";
import { installProbe, type PageRecord, readProbe } from "./kills-probe.ts";

const root = path.join(import.meta.dirname, "../../..");
const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 6700);
export const origins = ["origin", "origin-2"];
export const edges = ["edge-1", "edge-2", "edge-3"];

/** Somebody who watches: their page, and a token of their own for what they say and vote. */
export type Viewer = { person: Person; page: Page; link: string; participantId: string; token: string };

const edgeOf = async (page: Page): Promise<string> =>
  (await page.locator("main").getAttribute("data-edge", { timeout: 5000 })) ?? "";

/**
 * What every case is played in: a product with two origins and three edges, a synthetic panelist on stage, a live
 * webinar, and three attendees in real browsers.
 */
export class Scene {
  readonly product: Product;
  readonly ledger: Ledger;
  readonly webinarId: string;
  readonly viewers: Viewer[] = [];
  /** The personal link of somebody who only looks into rooms. */
  inspector = "";
  readonly #browser: Browser;
  readonly #host: Page;
  readonly #panelist: ChildProcess;
  #cut: Cut | undefined;
  #closing: Promise<void> | undefined;

  private constructor(parts: {
    product: Product;
    browser: Browser;
    host: Page;
    panelist: ChildProcess;
    webinarId: string;
  }) {
    this.product = parts.product;
    this.#browser = parts.browser;
    this.#host = parts.host;
    this.#panelist = parts.panelist;
    this.webinarId = parts.webinarId;
    this.ledger = new Ledger(parts.product.env("web").DATABASE_URL ?? "");
  }

  /** `distant`: edges in a region that is not the origins'. */
  static async open(home: string, { distant }: { distant: boolean }): Promise<Scene> {
    const product = await Product.start({
      home,
      portBase,
      timeoutMs: 300_000,
      env: {
        ROSTRUM_ORIGINS: String(origins.length),
        ROSTRUM_EDGES: String(edges.length),
        ...(distant ? { EDGE_REGION: "distant" } : {}),
      },
    });
    const browser = await launchBrowser();
    const demo = product.state.demo as { webinarId: string; hostUrl: string; panelistLinks: string[] };
    const { page: host } = await newPerson(browser, "host");
    await host.goto(demo.hostUrl);
    await host.getByRole("button", { name: "Continue" }).click();
    await host.getByRole("button", { name: "Enter studio" }).waitFor();
    const panelist = spawn(
      process.execPath,
      ["load-tests/src/panelist/main.ts", "--web", product.url("web"), "--link", demo.panelistLinks[0] ?? ""],
      { cwd: root, stdio: ["ignore", 2, 2] },
    );
    const scene = new Scene({ product, browser, host, panelist, webinarId: demo.webinarId });
    await until(
      "the panelist is on stage",
      20_000,
      async () => (await scene.total(origins, "producers")) >= 2,
    );
    await scene.asHost("webinar.goLive", { id: demo.webinarId });
    scene.inspector = await scene.#register("Ida Rhodes");
    for (const name of ["Ada Lovelace", "Emmy Noether", "Mary Cartwright"])
      scene.viewers.push(await scene.#join(name));
    return scene;
  }

  get web(): string {
    return this.product.url("web");
  }

  /** A call of the host's, from their signed-in page. Throws what was refused. */
  async asHost(procedure: string, input: unknown): Promise<unknown> {
    const { status, text } = await this.#host.evaluate(
      async (call) => {
        const answer = await fetch(`/api/trpc/${call.procedure}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: call.body,
        });
        return { status: answer.status, text: await answer.text() };
      },
      { procedure, body: JSON.stringify({ json: input }) },
    );
    assert(status === 200, `${procedure} answered ${status}: ${text.slice(0, 300)}`);
    return (JSON.parse(text) as { result: { data: { json: unknown } } }).result.data.json;
  }

  async #register(name: string): Promise<string> {
    const { registerUrl } = this.product.state.demo as { registerUrl: string };
    const slug = new URL(registerUrl).pathname.split("/").at(-1);
    const email = `${name.split(" ").at(-1)?.toLowerCase()}-${Date.now().toString(36)}@example.test`;
    const answer = await callTrpc(this.web, "registration.submit", {
      slug,
      email,
      name,
      answers: {},
      utm: {},
    });
    assert(!answer.error, `${name} could not register: ${answer.error?.message}`);
    const inbox = new Inbox(this.product.url("inbox"));
    return linkIn(await inbox.waitFor(email, /registered/i), "/j/");
  }

  async #join(name: string, tier: "webrtc" | "hls" = "webrtc"): Promise<Viewer> {
    const link = await this.#register(name);
    const admission = await admitAs(this.web, link);
    const person = await newPerson(this.#browser, name, { width: 640, height: 480 });
    await person.page.addInitScript(installProbe);
    await person.page.goto(tier === "hls" ? link.replace("/j/", "/watch/") : link);
    await person.page.getByRole("button", { name: "Join" }).click();
    await person.page.locator(`main[data-delivery="${tier}"][data-connection="connected"]`).waitFor();
    const picture = tier === "hls" ? 'video[data-player="hls"]' : 'video[data-source="camera"]';
    await expectMovingPicture(person.page, picture, 30_000);
    return {
      person,
      page: person.page,
      link,
      participantId: admission.participantId,
      token: admission.edge.token,
    };
  }

  /** One more viewer, of the broadcast, for as long as `during` runs. */
  async withBroadcastViewer(during: (viewer: Viewer) => Promise<void>): Promise<void> {
    const viewer = await this.#join("Sofya Kovalevskaya", "hls");
    try {
      await during(viewer);
    } finally {
      await viewer.person.context.close();
    }
  }

  edgesOfViewers(): Promise<string[]> {
    return Promise.all(this.viewers.map(({ page }) => edgeOf(page)));
  }

  /** A way into the room of every edge that somebody watches on. */
  async places(): Promise<{ url: string; token: string }[]> {
    const used = [...new Set(await this.edgesOfViewers())];
    return Promise.all(
      used.map(async (edge) => {
        const excludeEdges = edges.filter((other) => other !== edge);
        const admission = await admitAs(this.web, this.inspector, "hls", { excludeEdges });
        return admission.edge;
      }),
    );
  }

  read(viewer: Viewer, since: number): Promise<PageRecord> {
    return readProbe(viewer.page, since);
  }

  /** The origin that has the stage now. */
  async owner(): Promise<string> {
    return until("one origin has the stage", 20_000, async () => {
      const having = await this.withStage();
      return having.length === 1 ? having[0] : undefined;
    });
  }

  /** Origins that have a stage open; a dead or frozen one has none that counts. */
  async withStage(): Promise<string[]> {
    const counts = await Promise.all(
      origins.map(async (name) => ({ name, stages: await this.gauge(name, "stages") })),
    );
    return counts.filter(({ stages }) => stages > 0).map(({ name }) => name);
  }

  /** A node's gauge; 0 while it cannot be asked. */
  async gauge(node: string, name: string): Promise<number> {
    return (await metric(this.product.url(node), name).catch(() => undefined)) ?? 0;
  }

  async total(nodes: readonly string[], name: string): Promise<number> {
    const values = await Promise.all(nodes.map((node) => this.gauge(node, name)));
    return values.reduce((sum, value) => sum + value, 0);
  }

  /** Wait until every node is ready again and every viewer's picture moves. */
  async settle(): Promise<void> {
    for (const [name, at] of [...origins, ...edges, "egress"]
      .map((node) => [node, "/ready"])
      .concat([["web", "/api/ready"]])) {
      await until(`${name} is ready`, 60_000, async () => {
        const response = await fetch(`${this.product.url(name ?? "")}${at}`, {
          signal: AbortSignal.timeout(2000),
        });
        return response.ok;
      });
    }
    for (const { page, person } of this.viewers) {
      await page.locator('main[data-connection="connected"]').waitFor({ timeout: 30_000 });
      await until(`${person.name} sees a steady picture`, 30_000, async () => {
        const now = Date.now();
        const { frames } = await readProbe(page, now - 10_000);
        return frames.filter((at) => at > now - 2000).length > 20;
      });
    }
    await this.owner();
  }

  /** What the pages show, for whoever looks for the fault. */
  async describe(): Promise<string> {
    const views = await Promise.all(
      this.viewers.map(({ page }) =>
        page
          .evaluate(() => {
            const { edge, connection, delivery } = document.querySelector("main")?.dataset ?? {};
            const media = [...document.querySelectorAll<HTMLMediaElement>("video, audio")].map((element) => {
              const stream = element.srcObject instanceof MediaStream ? element.srcObject : undefined;
              const tracks = stream
                ?.getTracks()
                .map((track) => `${track.readyState}${track.muted ? " muted" : ""}`);
              return `${element.localName}${element.paused ? " paused" : ""} [${tracks?.join(", ")}]`;
            });
            return `${edge} ${connection} ${delivery}: ${media.join("; ")}`;
          })
          .catch((error: unknown) => String(error)),
      ),
    );
    return views.join(" | ");
  }

  /** Bring back viewers who see nothing, as people do: they load the page again. */
  async repair(): Promise<void> {
    for (const { page } of this.viewers) {
      const now = Date.now();
      const { frames } = await readProbe(page, now - 5000).catch(() => ({ frames: [] as number[] }));
      const connection = await page
        .locator("main")
        .getAttribute("data-connection")
        .catch(() => null);
      if (connection === "connected" && frames.some((at) => at > now - 2000)) continue;
      await page.reload();
      await page.getByRole("button", { name: "Join" }).click();
      await page.locator('main[data-connection="connected"]').waitFor({ timeout: 30_000 });
    }
  }

  /** The edge that others take the stage from. */
  async relay(): Promise<string | undefined> {
    const counts = await Promise.all(
      edges.map(async (name) => ({ name, below: await this.gauge(name, "pipes_below") })),
    );
    return counts.find(({ below }) => below > 0)?.name;
  }

  /** Take the network from a node: it and everything it started. */
  async cutOff(name: string): Promise<void> {
    this.#cut ??= await Cut.open();
    await this.#cut.apart(tree(this.product.pid(name)));
  }

  async heal(): Promise<void> {
    await this.#cut?.heal();
  }

  /** Once, whoever asks: a signal may come while the bench closes already. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    await this.#cut?.close();
    await this.ledger.close().catch(() => undefined);
    await this.#browser.close().catch(() => undefined);
    this.#panelist.kill("SIGTERM");
    await this.product.stop();
  }
}
