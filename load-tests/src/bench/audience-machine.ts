import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { CpuMeter, tree } from "./audience-cpu.ts";
import type { World } from "./audience-world.ts";

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

  /** For people to read. */
  read(): string {
    const all = (machineBusyMs() - this.#busyMs) / (performance.now() - this.#at);
    const [product, generator] = [this.#product.read(), this.#generator.read()];
    const others = Math.max(0, all - product.cores - generator.cores);
    return (
      `cores: product ${product.cores.toFixed(2)}, generator ${generator.cores.toFixed(2)}, others on this machine ` +
      `${others.toFixed(2)}; datagrams dropped at full sockets: product ${product.drops}, generator ${generator.drops}`
    );
  }
}

class Side {
  readonly #pids: readonly number[];
  readonly #cpu: CpuMeter;
  readonly #drops: number;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#cpu = new CpuMeter(pids);
    this.#drops = udpDrops(pids);
  }

  read(): { cores: number; drops: number } {
    return { cores: this.#cpu.read().cores, drops: udpDrops(this.#pids) - this.#drops };
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

/**
 * Datagrams that found a full receiving socket, by the processes that own the sockets: the last column of /proc/net/udp.
 * Sockets that are closed by then are not in it.
 */
function udpDrops(pids: readonly number[]): number {
  const inodes = new Set(pids.flatMap(socketsOf));
  return readFileSync("/proc/net/udp", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => inodes.has(fields[9] ?? ""))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}

/** Inodes of a process's sockets. */
function socketsOf(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed since.
      }
    });
  } catch {
    return []; // The process has ended.
  }
}
