import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Product } from "../e2e/product.ts";
import { Host } from "../swarm/host.ts";
import { RegistrationLedger } from "../wire/registration-ledger.ts";
import { CpuMeter, tree } from "./audience-cpu.ts";
import { timeExport } from "./registration-export.ts";
import { person, Registrar } from "./registration-people.ts";
import { findRate } from "./registration-rate.ts";

export type RegistrationResult = {
  /** Registrations per second that were held with p95 <= 300 ms, each with its mail. */
  registerPerSec: number | null;
  registerP95Ms: number | null;
  /** Cores that each process used meanwhile. */
  registerCores: Record<string, number> | null;
  burstSent: number | null;
  burstStored: number | null;
  burstDuplicates: number | null;
  burstSeconds: number | null;
  mailsExactlyOnce: boolean | null;
  /** The slower of CSV and XLSX of the registrants; null when fewer than 100,000 were exported. */
  export100kMs: number | null;
  exportRows: number | null;
  exportMs: Record<string, number> | null;
  exportRssGrowthMb: number | null;
  /** Places given beyond the last one; or, as negative, places that nobody got. */
  oversold: number | null;
};

const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 6200);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

type World = {
  product: Product;
  host: Host;
  ledger: RegistrationLedger;
  short: boolean;
  result: RegistrationResult;
};

export async function measureRegistration({ short }: { short: boolean }): Promise<RegistrationResult> {
  const result: RegistrationResult = {
    registerPerSec: null,
    registerP95Ms: null,
    registerCores: null,
    burstSent: null,
    burstStored: null,
    burstDuplicates: null,
    burstSeconds: null,
    mailsExactlyOnce: null,
    export100kMs: null,
    exportRows: null,
    exportMs: null,
    exportRssGrowthMb: null,
    oversold: null,
  };
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-bench-"));
  let product: Product | undefined;
  let ledger: RegistrationLedger | undefined;
  try {
    const env = { LOG_LEVEL: "warn", TRUSTED_PROXIES: "1", MAX_PROGRAMMES: "0", ROSTRUM_EDGES: "1" };
    product = await Product.start({ home, portBase, timeoutMs: 300_000, env });
    ledger = new RegistrationLedger(product.env("web").DATABASE_URL ?? "", path.join(home, "mail"));
    const site = { web: product.url("web"), inbox: product.url("inbox") };
    const host = await Host.signIn(site, "bench-host@example.test");
    const world: World = { product, host, ledger, short, result };
    await measureLastPlaces(world);
    await measureExports(world);
    await measureRate(world);
    await measureBurst(world);
  } finally {
    await ledger?.close();
    await product?.stop();
    rmSync(home, { recursive: true, force: true });
  }
  return result;
}

/** A thousand people at once for ten places. */
async function measureLastPlaces({ host, ledger, result }: World): Promise<void> {
  const webinar = await host.schedule("Ten places", 1000);
  await host.call("registration.setRules", {
    webinarId: webinar.id,
    registrationLimit: 10,
    waitlist: true,
    approval: "approve",
    allowedDomains: [],
    blockedDomains: [],
    consentText: "",
  });
  const registrar = new Registrar(webinar.registrationUrl, 1000);
  const people = await registrar.open(Array.from({ length: 1000 }, (_, number) => person("places", number)));
  const startedAt = performance.now();
  const answers = await Promise.all(people.map((who) => registrar.persist(who)));
  const tookMs = Math.round(performance.now() - startedAt);
  registrar.close();
  const refused = answers.filter(({ status }) => status !== 200);
  if (refused.length > 0) throw new Error(`${refused.length} were refused: ${JSON.stringify(refused[0])}`);
  const rows = await ledger.standings(webinar.id);
  const waiting = rows.filter(({ status }) => status === "waitlisted");
  const inOrder = waiting.every(({ position }, at) => position === at + 1);
  if (rows.length !== 1000 || !inOrder)
    throw new Error(
      `${rows.length} stored, ${waiting.length} wait, ${inOrder ? "in order" : "out of order"}`,
    );
  result.oversold = rows.filter(({ status }) => status === "registered").length - 10;
  say(
    `1000 at once for 10 places, ${tookMs} ms: oversold ${result.oversold}, ${waiting.length} wait in order`,
  );
  await ledger.mailsGone(120_000);
}

async function measureExports({ host, product, ledger, short, result }: World): Promise<void> {
  const webinar = await host.schedule("Very many registrants", 1000);
  const count = short ? 20_000 : 100_000;
  await ledger.fill(webinar.id, count);
  const base = `${product.url("web")}/api/webinars/${webinar.id}/exports`;
  const watch = { cookie: host.cookie, webPid: product.pid("web") };
  // Once for the compiler, so that its memory is not taken for the export's.
  await timeExport(`${base}/registrants.csv`, watch);
  await timeExport(`${base}/registrants.xlsx`, watch);
  const ms: Record<string, number> = {};
  let growth = 0;
  for (const file of ["registrants.csv", "registrants.xlsx", "attendance.csv", "attendance.xlsx"]) {
    const done = await timeExport(`${base}/${file}`, watch);
    if (file.endsWith(".csv") && done.rows !== count) throw new Error(`${file} has ${done.rows} rows`);
    ms[file] = done.ms;
    growth = Math.max(growth, done.rssGrowthMb);
    say(`${file} of ${count}: ${done.ms} ms, ${done.mb} MB, web grew by ${done.rssGrowthMb} MB`);
  }
  result.exportRows = count;
  result.exportMs = ms;
  result.exportRssGrowthMb = growth;
  result.export100kMs = short ? null : Math.max(ms["registrants.csv"] ?? 0, ms["registrants.xlsx"] ?? 0);
}

async function measureRate({ product, host, ledger, short, result }: World): Promise<void> {
  const webinar = await host.schedule("People come and come", 1000);
  const registrar = new Registrar(webinar.registrationUrl, 400);
  const meters = () => {
    const of = (name: string) => new CpuMeter(tree(product.pid(name)));
    const redis = product.state.pids.redis === undefined ? {} : { redis: of("redis") };
    return {
      web: of("web"),
      postgres: of("postgres"),
      jobs: of("jobs"),
      mailSink: of("mail-sink"),
      ...redis,
      generator: new CpuMeter([process.pid]),
    };
  };
  const held = await findRate(
    registrar,
    { climbSeconds: short ? 4 : 8, holdSeconds: short ? 10 : 60 },
    {
      say,
      holding: () => {
        const started = Object.entries(meters());
        return () => {
          const used = started.map(([name, meter]) => [name, Math.round(meter.read().cores * 100) / 100]);
          result.registerCores = Object.fromEntries(used) as Record<string, number>;
        };
      },
    },
  );
  registrar.close();
  result.registerPerSec = held.perSec;
  result.registerP95Ms = held.p95Ms;
  const stored = (await ledger.standings(webinar.id)).filter(({ email }) => email.startsWith("hold"));
  say(`held ${held.perSec}/s, p95 ${held.p95Ms} ms, ${stored.length} of all holds stored`);
  say(`cores meanwhile: ${JSON.stringify(result.registerCores)}`);
  await ledger.mailsGone(900_000);
}

/** Everybody at once; every twentieth clicks twice. Whoever is told "later" comes again, as the form does. */
async function measureBurst({ host, ledger, short, result }: World): Promise<void> {
  const count = short ? 2000 : 10_000;
  const webinar = await host.schedule("Everybody at once", 1000);
  const registrar = new Registrar(webinar.registrationUrl, 500);
  const people = await registrar.open(Array.from({ length: count }, (_, number) => person("burst", number)));
  const startedAt = performance.now();
  const posts = people.flatMap((who, at) => (at % 20 === 0 ? [who, who] : [who]));
  const answers = await Promise.all(posts.map((who) => registrar.persist(who)));
  result.burstSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  registrar.close();
  const refused = answers.filter(({ status }) => status !== 200);
  const again = answers.filter(({ tries }) => tries > 1).length;
  const rows = await ledger.standings(webinar.id);
  const distinct = new Set(rows.map(({ email }) => email));
  result.burstSent = count;
  result.burstStored = people.filter(({ email }) => distinct.has(email)).length;
  result.burstDuplicates = rows.length - distinct.size;
  say(
    `burst of ${posts.length} posts in ${result.burstSeconds} s: ${result.burstStored} of ${count} stored, ` +
      `${result.burstDuplicates} twice, ${refused.length} refused ${refused[0]?.code ?? ""}, ${again} asked again`,
  );
  await ledger.mailsGone(900_000);
  const mailed = ledger.mailed();
  const wrong = people.filter(({ email }) => mailed.get(email) !== 1);
  result.mailsExactlyOnce = wrong.length === 0 && refused.length === 0;
  say(`${count - wrong.length} of ${count} have exactly one mail`);
}
