import { readFileSync } from "node:fs";
import { CpuMeter, tree } from "./audience-cpu.ts";
import type { World } from "./audience-world.ts";
import { socketsOf, socketTable } from "./sockets.ts";

/** Who used the machine since this was made, and whose sockets were too full for what was sent to them. */
export class MachineMeter {
  readonly #busyMs = machineBusyMs();
  readonly #at = performance.now();
  readonly #product: Side;
  readonly #generator: Side;

  constructor({ product, crowd, watchers, panelist }: World) {
    this.#product = new Side(Object.values(product.state.pids).flatMap(tree));
    this.#generator = new Side([crowd.pid, watchers.pid, panelist.pid]);
  }

  /** Cores that neither the product nor the generator used. */
  get others(): number {
    const all = (machineBusyMs() - this.#busyMs) / (performance.now() - this.#at);
    return Math.max(0, all - this.#product.read().cores - this.#generator.read().cores);
  }

  /** For people to read. */
  read(): string {
    const others = this.others.toFixed(2);
    const [product, generator] = [this.#product.read(), this.#generator.read()];
    return (
      `cores: product ${product.cores.toFixed(2)}, generator ${generator.cores.toFixed(2)}, others on this machine ` +
      `${others}; datagrams dropped at full sockets: product ${tellDrops(product.drops)}, generator ` +
      `${sumOf(generator.drops)}`
    );
  }
}

/** Others may use this much of the machine, cores, while something is measured. */
const quietCores = 0.4;

/** Wait until the machine is ours for five seconds, at most so long. Answers whether it is. */
export async function quietMachine(world: World, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const machine = new MachineMeter(world);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    if (machine.others <= quietCores) return true;
    if (Date.now() > deadline) return false;
  }
}

class Side {
  readonly #pids: readonly number[];
  readonly #cpu: CpuMeter;
  readonly #drops: Drops;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#cpu = new CpuMeter(pids);
    this.#drops = udpDrops(pids);
  }

  read(): { cores: number; drops: Drops } {
    const drops = new Map<number, number>();
    for (const [port, count] of udpDrops(this.#pids)) {
      const more = count - (this.#drops.get(port) ?? 0);
      if (more > 0) drops.set(port, more);
    }
    return { cores: this.#cpu.read().cores, drops };
  }
}

/** user, nice, system, irq and softirq of all cores; /proc counts in ticks of 10 ms. */
function machineBusyMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync("/proc/stat", "utf8").split("\n")[0] ?? ""
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) * 10;
}

/** Datagrams by the local port that could not take them. */
type Drops = ReadonlyMap<number, number>;

const sumOf = (drops: Drops): number => [...drops.values()].reduce((sum, count) => sum + count, 0);

/** Which part of the product a port is, see docs/operations.md. */
const tellDrops = (drops: Drops): string =>
  drops.size === 0 ? "0" : [...drops].map(([port, count]) => `${count} at :${port}`).join(", ");

/**
 * Datagrams that found a full receiving socket, at the sockets of these processes: the last column of /proc/net/udp.
 * Sockets that are closed by then are not in it.
 */
function udpDrops(pids: readonly number[]): Drops {
  const inodes = new Set(pids.flatMap(socketsOf));
  const counts = new Map<number, number>();
  for (const { port, inode, drops } of socketTable("udp"))
    if (inodes.has(inode)) counts.set(port, (counts.get(port) ?? 0) + drops);
  return counts;
}
