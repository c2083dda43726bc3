import { readFileSync } from "node:fs";
import { descendants } from "../e2e/product.ts";

/** USER_HZ (proc(5)): a tick is 10 ms. */
const tickMs = 10;

/** CPU time of every process below this one, and its own, by process id, ms. */
function ownCpuMs(): Map<number, number> {
  const times = new Map<number, number>();
  for (const pid of [process.pid, ...descendants(process.pid)]) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      times.set(pid, (Number(fields[11]) + Number(fields[12])) * tickMs);
    } catch {
      // It has ended.
    }
  }
  return times;
}

/** CPU time that the machine was not idle, ms. */
function busyMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync("/proc/stat", "utf8").split("\n")[0] ?? ""
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) * tickMs;
}

/** Tells how much of the machine others have used since it was made. */
export class OtherUse {
  readonly #at = performance.now();
  readonly #busy = busyMs();
  readonly #own = ownCpuMs();

  /** Cores in use by processes that are not ours; what a process of ours used before it was killed counts for them. */
  cores(): number {
    let own = 0;
    for (const [pid, ms] of ownCpuMs()) own += ms - (this.#own.get(pid) ?? 0);
    return Math.max(0, (busyMs() - this.#busy - own) / (performance.now() - this.#at));
  }
}
