import { type Log, type Scope, sleep, withTimeout } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import type { types } from "mediasoup";
import { createWorker } from "mediasoup";
import { favourWorker } from "./priority.ts";
import { shareParameters } from "./shared-parameters.ts";
import { socketBuffers } from "./socket-buffers.ts";

export type PoolWorker = { worker: types.Worker; webRtcServer: types.WebRtcServer; routers: number };

export type RtcListen = {
  /** Address to bind. */
  ip: string;
  /** Address told to browsers, when it differs. */
  announcedAddress: string;
  /** Worker i listens on basePort + i, UDP and TCP. */
  basePort: number;
};

/**
 * A worker closes itself when this process is told to stop; here the scope closes it, after everybody has been moved to
 * another node.
 */
function leaveSignals(worker: types.Worker): void {
  const { onSignal } = worker as unknown as { onSignal?: NodeJS.SignalsListener };
  if (!onSignal) return;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, onSignal);
}

type PoolOptions = {
  count: number;
  listen: RtcListen;
  scope: Scope;
  log: Log;
  onDied: (worker: types.Worker) => void;
};

/** Waits between attempts to replace a worker, ms: the first is at once, so that the node is of use again. */
const replaceWaits = [0, 100, 500, 2000];

/** The media workers of this node: one process and one WebRTC port each. A worker that dies is replaced. */
export class WorkerPool {
  readonly workers: PoolWorker[] = [];
  readonly #options: PoolOptions;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** `onDied` is told when a worker process ends by itself: everything on it is gone. */
  static async create(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    for (let i = 0; i < options.count; i++) await pool.#start(i);
    return pool;
  }

  /** Whether there is a worker to put anything on. */
  get alive(): boolean {
    return this.workers.some(({ worker }) => !worker.closed);
  }

  async #start(index: number): Promise<void> {
    const { listen, scope, log, onDied } = this.#options;
    const worker = await withTimeout(
      createWorker({ logLevel: "warn" }),
      10_000,
      "the media worker did not start in 10 s",
    );
    leaveSignals(worker);
    const forget = scope.add(`worker ${worker.pid}`, () => worker.close());
    try {
      await favourWorker(worker.pid, log);
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: (["udp", "tcp"] as const).map((protocol) => ({
          protocol,
          ip: listen.ip,
          announcedAddress: listen.announcedAddress,
          port: listen.basePort + index,
          ...(protocol === "udp" ? socketBuffers : {}),
        })),
      });
      const entry = { worker, webRtcServer, routers: 0 };
      this.workers.push(entry);
      worker.on("died", (error) => {
        log.error({ err: error, pid: worker.pid }, "a media worker died");
        forget();
        this.workers.splice(this.workers.indexOf(entry), 1);
        this.#usage.delete(worker.pid);
        onDied(worker);
        scope.run("replace worker", (signal) => this.#replace(index, signal));
      });
    } catch (error) {
      forget();
      worker.close();
      throw error;
    }
  }

  async #replace(index: number, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await sleep(replaceWaits[Math.min(attempt, replaceWaits.length - 1)] ?? 0, signal);
      try {
        await this.#start(index);
        log.info({ attempt }, "a new media worker took the place of the one that died");
        return;
      } catch (error) {
        log.error({ err: error }, "a media worker could not be started; trying again");
      }
    }
  }

  /** A router on the worker with the fewest, none of `except`; it gives its place back when it closes. */
  async createRouter(
    mediaCodecs: types.RouterRtpCodecCapability[],
    except: ReadonlySet<PoolWorker> = new Set(),
  ): Promise<{ router: types.Router; place: PoolWorker }> {
    const [place] = [...this.workers]
      .filter((place) => !place.worker.closed && !except.has(place))
      .sort((a, b) => a.routers - b.routers);
    if (!place) throw new RostrumError("node.unavailable", "No media worker is alive here right now.");
    place.routers++;
    try {
      const router = await place.worker.createRouter({ mediaCodecs });
      shareParameters(router);
      router.observer.once("close", () => {
        place.routers--;
      });
      return { router, place };
    } catch (error) {
      place.routers--;
      throw error;
    }
  }

  readonly #usage = new Map<number, { cpuMs: number; at: number }>();

  /** CPU of each worker since the last call, as a share of one core. */
  async cpuShares(): Promise<number[]> {
    return Promise.all(
      this.workers.map(async ({ worker }) => {
        if (worker.closed) return 0;
        const usage = await worker.getResourceUsage();
        const now = { cpuMs: usage.ru_utime + usage.ru_stime, at: performance.now() };
        const before = this.#usage.get(worker.pid);
        this.#usage.set(worker.pid, now);
        return before && now.at > before.at ? (now.cpuMs - before.cpuMs) / (now.at - before.at) : 0;
      }),
    );
  }
}
