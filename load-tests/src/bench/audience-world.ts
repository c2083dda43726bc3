import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Product } from "../e2e/product.ts";
import { Host } from "../swarm/host.ts";
import { registerPeople } from "../swarm/people.ts";
import { LoadPanelist, Swarm } from "./audience-children.ts";
import { warmGenerator } from "./bare-stage.ts";

const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 6200);
export const edgeNames = ["edge-1", "edge-2", "edge-3"] as const;

/** A product with three edges, one webinar on air with one panelist, and people with personal links. */
export type World = {
  product: Product;
  panelist: LoadPanelist;
  links: string[];
  host: Host;
  site: { web: string; inbox: string };
  /** A few who only watch, in a process of their own so that the others' joins do not disturb their clock. */
  watchers: Swarm;
  crowd: Swarm;
};

/** Bring it all up; `close` takes it all down, also when this fails half way. */
export async function openWorld(
  people: number,
  say: (text: string) => void,
): Promise<World & { close: () => Promise<void> }> {
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-bench-"));
  const closers: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void close().then(() => process.exit(130)));
  try {
    // The compositor is measured by the programme bench; here it would take a third of the two cores.
    const env = {
      ROSTRUM_EDGES: String(edgeNames.length),
      MAX_PROGRAMMES: "0",
      LOG_LEVEL: "warn",
      TRUSTED_PROXIES: "1",
    };
    const product = await Product.start({ home, portBase, timeoutMs: 300_000, env });
    closers.push(() => product.stop());
    const site = { web: product.url("web"), inbox: product.url("inbox") };
    const host = await Host.signIn(site, "bench-host@example.test");
    const webinar = await host.schedule("The audience bench", 5000);
    const link = await host.invite(webinar.id, { name: "Hedy Kiesler", email: "panelist@example.test" });
    const panelist = new LoadPanelist(["--web", site.web, "--link", link]);
    closers.push(() => panelist.stop());
    const startedAt = performance.now();
    const links = await registerPeople({ ...site, ...webinar }, people, "bench");
    say(`${people} people registered, mail read, in ${Math.round((performance.now() - startedAt) / 1000)} s`);
    await panelist.ready;
    await host.call("webinar.goLive", { id: webinar.id });
    const [watchers, crowd] = [new Swarm(site.web), new Swarm(site.web)];
    closers.push(
      () => watchers.stop(),
      () => crowd.stop(),
    );
    await warmGenerator(crowd);
    watchers.inRealTime();
    return { product, panelist, links, host, site, watchers, crowd, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Those who watch from the start, on every edge: what grows then is the audience, not the number of pipes. */
export async function seatWatchers({ watchers }: World, links: readonly string[]): Promise<void> {
  for (const [i, edge] of edgeNames.entries()) {
    const excludeEdges = edgeNames.filter((name) => name !== edge);
    const own = links.filter((_, person) => person % edgeNames.length === i);
    await watchers.tell({ do: "join", links: own, overMs: 500, group: "watchers", excludeEdges });
  }
}
