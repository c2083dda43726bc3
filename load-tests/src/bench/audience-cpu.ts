import { readdirSync, readFileSync } from "node:fs";
import { descendants } from "../e2e/product.ts";

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/**
 * CPU time of one process, ms: the scheduler's own clock (ns) over its threads. Threads that ended are not in it; when
 * that makes a difference, the count of the whole process, in ticks of 10 ms, is the better one.
 */
function cpuMsOf(pid: number): number {
  const [utime = 0, stime = 0] =
    read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ").slice(11, 13).map(Number) ?? [];
  const whole = (utime + stime) * 10;
  let ns = 0;
  try {
    for (const task of readdirSync(`/proc/${pid}/task`))
      ns += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(" ")[0] || 0);
  } catch {
    // It has ended.
  }
  const exact = ns / 1e6;
  return whole - exact > 30 ? whole : exact;
}

/** A process and everything below it. */
export const tree = (pid: number): number[] => [pid, ...descendants(pid)];

/** CPU time of processes, ms. */
export const cpuMs = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);

/** Resident memory of processes, KB. */
export const rssKb = (pids: readonly number[]): number =>
  pids.reduce(
    (sum, pid) => sum + Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
    0,
  );

/** The media worker of an origin or edge. */
export function workerOf(pid: number): number {
  const worker = descendants(pid).find((child) => read(`/proc/${child}/comm`).startsWith("mediasoup"));
  if (worker === undefined) throw new Error(`process ${pid} has no media worker`);
  return worker;
}

/** CPU used between two calls, cores. */
export class CpuMeter {
  readonly #pids: readonly number[];
  #cpu = 0;
  #at = 0;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.start();
  }

  start(): void {
    this.#cpu = cpuMs(this.#pids);
    this.#at = performance.now();
  }

  /** Since `start`. */
  read(): { cores: number; ms: number } {
    const ms = cpuMs(this.#pids) - this.#cpu;
    return { ms, cores: ms / (performance.now() - this.#at) };
  }
}
