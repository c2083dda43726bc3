import { readFileSync } from "node:fs";
import { CpuMeter, tree } from "./audience-cpu.ts";
import type { World } from "./audience-world.ts";

/** Who used the machine since this was made, and how many UDP datagrams found a full socket on it. */
export class MachineMeter {
  readonly #busyMs = machineBusyMs();
  readonly #udpErrors = udpBufferErrors();
  readonly #at = performance.now();
  readonly #product: CpuMeter;
  readonly #generator: CpuMeter;

  constructor({ product, crowd, watchers, panelist }: World) {
    this.#product = new CpuMeter(Object.values(product.state.pids).flatMap(tree));
    this.#generator = new CpuMeter([crowd.pid, watchers.pid, panelist.pid]);
  }

  read(): { udpBufferErrors: number; text: string } {
    const all = (machineBusyMs() - this.#busyMs) / (performance.now() - this.#at);
    const [product, generator] = [this.#product.read().cores, this.#generator.read().cores];
    const others = Math.max(0, all - product - generator);
    const text =
      `cores: product ${product.toFixed(2)}, generator ${generator.toFixed(2)}, ` +
      `others on this machine ${others.toFixed(2)}`;
    return { udpBufferErrors: udpBufferErrors() - this.#udpErrors, text };
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

/** Datagrams dropped for want of room in the receiving socket, since boot (RcvbufErrors and SndbufErrors). */
function udpBufferErrors(): number {
  const [names = "", values = ""] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  const at = (name: string) => Number(values.split(" ")[names.split(" ").indexOf(name)] ?? 0);
  return at("RcvbufErrors") + at("SndbufErrors");
}
