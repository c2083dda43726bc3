import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { RunState } from "../e2e/product.ts";
import { until } from "../e2e/runner.ts";
import type { Bed } from "./bed.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import type { Host } from "./host.ts";
import type { Doors } from "./rungs.ts";
import type { BedPlan } from "./topology.ts";

const root = path.join(import.meta.dirname, "../../..");
/** Ports inside the bed's hosts, which have all ports to themselves. */
const base = 7400;
const ports = {
  web: base,
  origin: base + 10,
  egress: base + 30,
  redis: base + 41,
  edge: base + 21,
  turn: base + 50,
  rtc: base + 70,
};

export type ClusterOptions = {
  /** Host that runs everything but edges. It needs four addresses: its own, and front doors of web, origin, egress. */
  main: string;
  /** Host name of each edge and the region it says it is in. */
  edges: Record<string, string>;
  /** With a demo webinar on air and synthetic panelists on stage; else it is scheduled. */
  live: boolean;
  env?: Record<string, string>;
};

/**
 * The product on several machines, started as an operator would: the launcher on one of them, an edge on each of the
 * others, a proxy with TLS before every door, TURN over TLS on 443.
 */
export class Cluster {
  readonly certificate: Certificate;
  readonly home: string;
  readonly #bed: Bed;
  readonly #options: ClusterOptions;
  readonly #edges = new Map<string, ChildProcess>();

  static async start(bed: Bed, options: ClusterOptions): Promise<Cluster> {
    const addresses = [options.main, ...Object.keys(options.edges)].flatMap(
      (name) => bed.host(name).addresses,
    );
    const cluster = new Cluster(bed, options, await makeCertificate(bed.folder, addresses));
    await cluster.#startMain();
    await Promise.all(Object.keys(options.edges).map((name) => cluster.startEdge(name)));
    await cluster.#stopMainEdges();
    return cluster;
  }

  private constructor(bed: Bed, options: ClusterOptions, certificate: Certificate) {
    this.#bed = bed;
    this.#options = options;
    this.certificate = certificate;
    this.home = path.join(bed.folder, "home");
  }

  get main(): Host {
    return this.#bed.host(this.#options.main);
  }

  get state(): RunState {
    return JSON.parse(readFileSync(path.join(this.home, "run.json"), "utf8")) as RunState;
  }

  /** The TURN server and the secret that its credentials are made with. */
  get turn(): { host: string; port: number; secret: string } {
    return { host: this.main.address, port: ports.turn, secret: this.#envOf("web").TURN_SECRET ?? "" };
  }

  /** Links of the demo webinar. */
  get links(): { hostUrl: string; attendeeUrl: string; watchUrl: string; panelistLinks: string[] } {
    return this.state.demo as unknown as ReturnType<() => Cluster["links"]>;
  }

  /** JSON of a node's HTTP interface, asked on the node itself. */
  async ask(host: string, port: number, at: string): Promise<string> {
    const { address } = this.#bed.host(host);
    const code = `fetch(process.argv[1], { signal: AbortSignal.timeout(3000) }).then(async (r) => { process.stdout.write(await r.text()); process.exit(r.ok ? 0 : 1); }, () => process.exit(1))`;
    return this.#bed.host(host).run([process.execPath, "-e", code, `http://${address}:${port}${at}`]);
  }

  edgePid(name: string): number {
    const pid = this.#edges.get(name)?.pid;
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  }

  /** An edge on a machine of its own; nothing but its environment joins it to the rest. */
  async startEdge(name: string): Promise<void> {
    const host = this.#bed.host(name);
    const child = host.spawn([process.execPath, "sfu-edge/src/main.ts"], {
      cwd: root,
      env: this.#edgeEnv(name, host),
      log: path.join(this.#bed.folder, `${name}.log`),
      graceMs: 8000,
    });
    child.stdout?.resume();
    this.#edges.set(name, child);
    await this.#openDoors(host, [`${host.address}:443=${host.address}:${ports.edge}`], `${name}-front.log`);
    await until(`${name} is ready`, 60_000, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      await this.ask(name, ports.edge, "/ready");
      return true;
    });
  }

  async #startMain(): Promise<void> {
    const { main } = this;
    const [own = "", web = "", origin = "", egress = ""] = main.addresses;
    const peers = Object.keys(this.#options.edges).map((name) => this.#bed.host(name).address);
    const log = path.join(this.#bed.folder, "launcher.log");
    const child = main.spawn([path.join(root, "rostrum"), this.#options.live ? "demo" : "up"], {
      cwd: root,
      log,
      graceMs: 40_000,
      env: {
        ROSTRUM_HOME: this.home,
        ROSTRUM_PORT_BASE: String(base),
        ROSTRUM_EDGES: "1",
        ROSTRUM_NO_RESTART: "edge-1,edge-2",
        ROSTRUM_LISTEN_IP: own,
        ROSTRUM_NODE_IP: own,
        WEB_PUBLIC_URL: `https://${web}`,
        ORIGIN_PUBLIC_URL: `https://${origin}`,
        EGRESS_PUBLIC_URL: `https://${egress}`,
        TURN_CERT: this.certificate.cert,
        TURN_KEY: this.certificate.key,
        TURN_PEERS: peers.join(","),
        NODE_EXTRA_CA_CERTS: this.certificate.authority,
        ...this.#options.env,
      },
    });
    child.stdout?.resume();
    await this.#openDoors(
      main,
      [
        `${web}:443=${own}:${ports.web}`,
        `${origin}:443=${own}:${ports.origin}`,
        `${egress}:443=${own}:${ports.egress}`,
      ],
      "main-front.log",
    );
    await until("the product is ready", 300_000, async () => {
      if (child.exitCode !== null)
        throw new Error(
          `the launcher ended with ${child.exitCode}:\n${readFileSync(log, "utf8").slice(-2000)}`,
        );
      try {
        return this.state.state === "ready";
      } catch {
        return false; // Not written yet.
      }
    });
  }

  /** The launcher starts edges beside the origin; here every edge is elsewhere. */
  async #stopMainEdges(): Promise<void> {
    for (const [name, pid] of Object.entries(this.state.pids))
      if (/^edge-\d$/.test(name)) process.kill(pid, "SIGTERM");
    await until("the launcher's own edges are gone", 15_000, async () =>
      Object.keys(this.state.pids).every((name) => !/^edge-\d$/.test(name)),
    );
  }

  async #openDoors(host: Host, doors: string[], log: string): Promise<void> {
    const { cert, key } = this.certificate;
    const command = [process.execPath, path.join(import.meta.dirname, "front-door.ts"), cert, key, ...doors];
    const child = host.spawn(command, { log: path.join(this.#bed.folder, log) });
    let open = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      open += chunk.toString();
    });
    await until("the front doors are open", 10_000, async () => open.split("\n").length > doors.length);
  }

  #edgeEnv(name: string, host: Host): Record<string, string> {
    const given = this.#envOf("origin");
    return {
      NODE_ENV: "production",
      NODE_ID: name,
      REGION: this.#options.edges[name] ?? "local",
      HTTP_HOST: host.address,
      HTTP_PORT: String(ports.edge),
      PUBLIC_URL: `https://${host.address}`,
      INTERNAL_URL: `http://${host.address}:${ports.edge}`,
      RTC_LISTEN_IP: host.address,
      RTC_ANNOUNCED_ADDRESS: host.address,
      RTC_BASE_PORT: String(ports.rtc),
      RTC_WORKERS: "1",
      PIPE_LISTEN_IP: host.address,
      PIPE_PORT_MIN: String(base + 150),
      PIPE_PORT_MAX: String(base + 174),
      REDIS_URL: (given.REDIS_URL ?? "").replace("127.0.0.1", this.main.address),
      ROSTRUM_SECRET: given.ROSTRUM_SECRET ?? "",
      WEB_PUBLIC_URL: given.WEB_PUBLIC_URL ?? "",
      WEB_INTERNAL_URL: given.WEB_INTERNAL_URL ?? "",
      MEDIASOUP_WORKER_BIN: given.MEDIASOUP_WORKER_BIN ?? "",
    };
  }

  /** What the launcher gave a service. */
  #envOf(service: string): Record<string, string> {
    const text = readFileSync(path.join(this.home, `env/${service}.env`), "utf8");
    return Object.fromEntries(
      [...text.matchAll(/^(\w+)='([^']*)'$/gm)].map(([, key = "", value = ""]) => [key, value]),
    );
  }
}

/** Two regions: everything but edges and one edge in `eu`, another edge in `us`, a browser's host in each. */
export const twoRegions: BedPlan = {
  regions: [
    { name: "eu", net: "10.77.1", hosts: { main: [10, 11, 12, 13], "edge-eu": [31], "client-eu": [50] } },
    { name: "us", net: "10.77.2", hosts: { "edge-us": [31], "client-us": [50] } },
  ],
};

/** What a firewall before a browser can tell apart: the edges' media port, and TURN on the main host. */
export const doors = (main: Host): Doors => ({
  turnHost: main.address,
  turnPort: ports.turn,
  mediaPort: ports.rtc,
});
