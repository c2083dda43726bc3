import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { must } from "./command.ts";
import { Host, limitRate } from "./host.ts";
import { ownPrefix, removeNamespaces, removeOrphans } from "./owner.ts";
import { type BedPlan, buildCommands, links, namespaceOf, namespaces, portOf, routerOf } from "./topology.ts";
import { WanLink } from "./wan-link.ts";

let beds = 0;

/** Machines and the networks between them. `close` leaves nothing; what a crash leaves, the next `open` removes. */
export class Bed {
  /** For logs, certificates and homes; gone with the bed. */
  readonly folder: string;
  readonly plan: BedPlan;
  readonly #prefix: string;
  readonly #hosts = new Map<string, Host>();
  readonly #links: WanLink[] = [];

  private constructor(plan: BedPlan, prefix: string) {
    this.plan = plan;
    this.#prefix = prefix;
    this.folder = path.join(tmpdir(), `${prefix}files`);
    // Servers that are not root pass through it.
    mkdirSync(this.folder, { mode: 0o711 });
  }

  /** Throws, leaving nothing, when a part cannot be made: ask `bedFault` before. */
  static async open(plan: BedPlan): Promise<Bed> {
    await removeOrphans();
    const bed = new Bed(plan, ownPrefix(++beds));
    try {
      await bed.#build();
      return bed;
    } catch (error) {
      await bed.close();
      throw error;
    }
  }

  async #build(): Promise<void> {
    for (const command of buildCommands(this.#prefix, this.plan)) await must(command);
    for (const { net, hosts } of this.plan.regions)
      for (const [name, octets] of Object.entries(hosts)) {
        const addresses = octets.map((octet) => `${net}.${octet}`);
        this.#hosts.set(name, new Host({ name, namespace: namespaceOf(this.#prefix, name), addresses }));
      }
    for (const link of links(this.#prefix, this.plan)) this.#links.push(await WanLink.open(link));
  }

  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (!host) throw new Error(`the bed has no host ${name}: ${[...this.#hosts.keys()].join(", ")}`);
    return host;
  }

  /** A host receives no faster than this; 0 lifts the limit. */
  async downlink(name: string, kbit: number): Promise<void> {
    const region = this.plan.regions.find(({ hosts }) => name in hosts);
    if (!region) throw new Error(`the bed has no host ${name}`);
    const router = namespaceOf(this.#prefix, routerOf(region.name));
    await limitRate(
      (argv) => must(["nsenter", `--net=/run/netns/${router}`, "--", ...argv]),
      portOf(name),
      kbit,
    );
  }

  /** What lies between two regions. */
  link(a: string, b: string): WanLink {
    const link = this.#links.find(({ regions }) => regions.includes(a) && regions.includes(b));
    if (!link) throw new Error(`there is no link between ${a} and ${b}`);
    return link;
  }

  /** Processes first, in the order their hosts were asked for; then the networks. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
    for (const link of this.#links.splice(0)) await link.close();
    await removeNamespaces(namespaces(this.#prefix, this.plan));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
