import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Scope } from "@rostrum/platform";
import type { WorkerPool } from "./worker-pool.ts";

const cpuEveryMs = 1000;
/** The event loop's delay is that of this window, ms: an hour-old hiccup says nothing about now. */
const delayWindowMs = 2000;

/** How busy this process and its media workers are. */
export class LoadMeter {
  #workerCpu = 0;
  #eventLoopDelayMs = 0;

  constructor(pool: WorkerPool, scope: Scope) {
    const delay = monitorEventLoopDelay({ resolution: 20 });
    delay.enable();
    scope.add("event loop delay", () => {
      delay.disable();
    });
    scope.every(cpuEveryMs, "worker load", async () => {
      this.#workerCpu = Math.max(0, ...(await pool.cpuShares()));
    });
    scope.every(delayWindowMs, "event loop delay", () => {
      this.#eventLoopDelayMs = delay.percentile(99) / 1e6;
      delay.reset();
    });
  }

  /** Share of one core that the busiest media worker uses, 0..1. */
  get workerCpu(): number {
    return this.#workerCpu;
  }

  /** p99 of the last seconds, ms. */
  get eventLoopDelayMs(): number {
    return this.#eventLoopDelayMs;
  }
}
