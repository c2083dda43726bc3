import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Admission } from "@rostrum/protocol";
import type { Product } from "../e2e/product.ts";
import { until } from "../e2e/runner.ts";
import { Connection } from "../hls/connection.ts";
import type { AudienceReport } from "../hls/ledger.ts";
import type { Access } from "../hls/turns.ts";
import { admitAs } from "../wire/api.ts";
import { LoadPanelist } from "./audience-children.ts";
import { CpuMeter, tree } from "./audience-cpu.ts";
import { Nginx } from "./programme-nginx.ts";
import type { Links } from "./slice.ts";

export type ViewersResult = {
  /** Who watched with parts at the same time. */
  hlsViewers: number | null;
  playlistP95Ms: number | null;
  segmentP95Ms: number | null;
  /** CPU of the process that serves them, cores. */
  hlsServerCores: number | null;
  /** Behind nginx, by its log: requests that reached the server per part, and per answer to a blocking reload. */
  originRequestsPerPart: number | null;
  originRequestsPerPlaylist: number | null;
};

const viewers = Number(process.env.ROSTRUM_BENCH_HLS_VIEWERS ?? 2000);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const round = (value: number, digits = 3): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** A crowd on the built-in server, then as many behind nginx with its cache. */
export async function measureViewers(
  product: Product,
  options: { short: boolean; portBase: number },
): Promise<ViewersResult> {
  const links = product.state.demo as unknown as Links;
  // From a file: a browser's encoder would take the core that the crowd needs.
  const panelist = new LoadPanelist(["--web", product.url("web"), "--link", links.panelistLinks[1] ?? ""]);
  let nginx: Nginx | undefined;
  try {
    await panelist.ready;
    const page = await openPage(product, links.watchUrl);
    const folder = await page.folder();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const seconds = options.short ? 20 : 120;
    const direct = await crowd(product, { folder, seconds, page });
    tell("built-in server", direct);
    nginx = await Nginx.start(new URL(folder.origin), options.portBase + 245);
    if (!nginx)
      say("there is no nginx on this machine: nothing measured behind it (apt-get install nginx-light)");
    const behind =
      nginx && (await crowd(product, { folder: new URL(folder.pathname, nginx.url), seconds, nginx, page }));
    if (behind) tell("behind nginx", behind);
    const asked = await nginx?.asked();
    if (asked)
      say(
        `past the cache: ${asked.perPart.toFixed(3)} requests for each of ${asked.parts} parts, ` +
          `${asked.perPlaylist.toFixed(3)} for each of ${asked.playlists} playlist versions`,
      );
    if (nginx) await compareBare(product, await page.folder(), nginx);
    return {
      hlsViewers: direct.report.viewers,
      playlistP95Ms: direct.report.playlistMs.p95,
      segmentP95Ms: direct.report.mediaMs.p95,
      hlsServerCores: round(direct.cores),
      originRequestsPerPart: asked ? round(asked.perPart) : null,
      originRequestsPerPlaylist: asked ? round(asked.perPlaylist) : null,
    };
  } finally {
    panelist.stop();
    await nginx?.stop();
  }
}

type Page = {
  /** Where the playlists are, as the watch page is told. */
  folder: () => Promise<URL>;
  accesses: () => Promise<Access[]>;
};

async function openPage(product: Product, watchUrl: string): Promise<Page> {
  const web = product.url("web");
  const admission: Admission = await admitAs(web, watchUrl, "hls");
  const ask = async (): Promise<{ url: string | null; accesses: Access[] }> => {
    const answer = await fetch(`${web}/api/trpc/attendance.playlist`, {
      headers: { "x-rostrum-admission": admission.edge.token },
    });
    const body = (await answer.json()) as {
      result?: { data: { json: { url: string | null; accesses: Access[] } } };
    };
    return body.result?.data.json ?? { url: null, accesses: [] };
  };
  return {
    folder: async () =>
      new URL(
        "./",
        await until("the programme has an address", 30_000, async () => (await ask()).url ?? undefined),
      ),
    accesses: async () => (await ask()).accesses,
  };
}

type Crowd = {
  report: AudienceReport;
  cores: number;
  cacheCores: number | null;
  generatorCores: number;
};

const root = path.join(import.meta.dirname, "..");

async function crowd(
  product: Product,
  options: { folder: URL; seconds: number; nginx?: Nginx; page: Page },
): Promise<Crowd> {
  const ramp = Math.ceil(viewers / 100);
  const args = [options.folder.href, viewers, ramp, options.seconds].map(String);
  const child = spawn(process.execPath, [path.join(root, "hls/main.ts"), ...args], {
    stdio: ["pipe", "pipe", 2],
  });
  // All pages of a moment are given the same: one asks for the crowd.
  const renew = async (): Promise<void> => {
    child.stdin?.write(`${JSON.stringify(await options.page.accesses())}\n`);
  };
  const renewing = setInterval(() => void renew().catch((error: unknown) => say(String(error))), 10_000);
  try {
    await renew();
    const lines = readLines(child);
    await lines.next();
    const meters = [
      [product.pid("egress")],
      options.nginx ? tree(options.nginx.pid) : [],
      [child.pid ?? 0],
    ].map((pids) => new CpuMeter(pids));
    const { value } = await lines.next();
    const [cores = 0, cacheCores = 0, generatorCores = 0] = meters.map((meter) => meter.read().cores);
    const report = JSON.parse(value ?? "{}") as AudienceReport;
    return {
      report,
      cores,
      cacheCores: options.nginx ? cacheCores : null,
      generatorCores,
    };
  } finally {
    clearInterval(renewing);
    child.kill("SIGKILL");
  }
}

async function* readLines(child: ChildProcess): AsyncGenerator<string, undefined> {
  if (!child.stdout) throw new Error("the audience has no output");
  for await (const line of createInterface({ input: child.stdout })) yield line;
  throw new Error("the audience ended early");
}

/** CPU per part: ours from memory against nginx's sendfile from a file, the same bytes, in turns. */
async function compareBare(product: Product, folder: URL, nginx: Nginx): Promise<void> {
  const playlist = await (await fetch(new URL("live.m3u8", folder))).text();
  const name = [...playlist.matchAll(/URI="(part-[\d-]+\.m4s)"/g)].at(-2)?.[1] ?? "";
  const bytes = Buffer.from(await (await fetch(new URL(name, folder))).arrayBuffer());
  mkdirSync(path.join(nginx.folder, "files"));
  writeFileSync(path.join(nginx.folder, "files", name), bytes);
  const cost = { ours: [] as number[], nginx: [] as number[] };
  for (let round_ = 0; round_ < 3; round_ += 1) {
    cost.ours.push(await cpuPerRequest(new URL(name, folder), [product.pid("egress")]));
    cost.nginx.push(await cpuPerRequest(new URL(`/files/${name}`, nginx.filesUrl), tree(nginx.pid)));
  }
  const list = (values: number[]): string => values.map((value) => value.toFixed(1)).join(" ");
  say(
    `CPU per part of ${bytes.length} bytes, us: ours ${list(cost.ours)}; nginx sendfile ${list(cost.nginx)}`,
  );
}

async function cpuPerRequest(url: URL, pids: number[]): Promise<number> {
  const until = performance.now() + 3000;
  const cpu = new CpuMeter(pids);
  let count = 0;
  const fetchAll = async (): Promise<void> => {
    const connection = new Connection(url);
    for (; performance.now() < until; count += 1) await connection.get(url.pathname);
    connection.close();
  };
  await Promise.all(Array.from({ length: 32 }, fetchAll));
  return (cpu.read().ms * 1000) / count;
}

function tell(name: string, { report, cores, cacheCores, generatorCores }: Crowd): void {
  const cache = cacheCores === null ? "" : `, nginx ${cacheCores.toFixed(3)}`;
  say(
    `${name}: ${report.viewers} viewers for ${report.seconds} s, ${Math.round(report.requests / report.seconds)} requests/s, ` +
      `${report.mbitPerSec} Mbit/s; playlist p50 ${report.playlistMs.p50}, p95 ${report.playlistMs.p95} ms; part p50 ` +
      `${report.mediaMs.p50}, p95 ${report.mediaMs.p95}, max ${report.mediaMs.max} ms; ${report.stalls} stalls; ` +
      `cores: egress ${cores.toFixed(3)}${cache}, generator ${generatorCores.toFixed(3)}; faults ${JSON.stringify(report.faults)}`,
  );
}
