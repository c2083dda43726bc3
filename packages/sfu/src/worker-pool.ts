import { type Log, type Scope, withTimeout } from "@rostrum/platform";
import type { types } from "mediasoup";
import { createWorker } from "mediasoup";

export type PoolWorker = { worker: types.Worker; webRtcServer: types.WebRtcServer; routers: number };

export type RtcListen = {
  /** Address to bind. */
  ip: string;
  /** Address told to browsers, when it differs. */
  announcedAddress: string;
  /** Worker i listens on basePort + i, UDP and TCP. */
  basePort: number;
};

/** The media workers of this node: one process and one WebRTC port each. */
export class WorkerPool {
  readonly workers: PoolWorker[];

  private constructor(workers: PoolWorker[]) {
    this.workers = workers;
  }

  /** `onDied` is told when a worker process ends by itself: everything on it is gone. */
  static async create(options: {
    count: number;
    listen: RtcListen;
    scope: Scope;
    log: Log;
    onDied: (worker: types.Worker) => void;
  }): Promise<WorkerPool> {
    const { count, listen, scope, log } = options;
    const workers: PoolWorker[] = [];
    for (let i = 0; i < count; i++) {
      const worker = await withTimeout(
        createWorker({ logLevel: "warn" }),
        10_000,
        "the media worker did not start in 10 s",
      );
      scope.add(`worker ${worker.pid}`, () => worker.close());
      worker.on("died", (error) => {
        log.error({ err: error, pid: worker.pid }, "a media worker died");
        options.onDied(worker);
      });
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: (["udp", "tcp"] as const).map((protocol) => ({
          protocol,
          ip: listen.ip,
          announcedAddress: listen.announcedAddress,
          port: listen.basePort + i,
        })),
      });
      workers.push({ worker, webRtcServer, routers: 0 });
    }
    return new WorkerPool(workers);
  }

  /** A router on the worker with the fewest, none of `except`; it gives its place back when it closes. */
  async createRouter(
    mediaCodecs: types.RouterRtpCodecCapability[],
    except: ReadonlySet<PoolWorker> = new Set(),
  ): Promise<{ router: types.Router; place: PoolWorker }> {
    const [place] = [...this.workers]
      .filter((place) => !place.worker.closed && !except.has(place))
      .sort((a, b) => a.routers - b.routers);
    if (!place) throw new Error("no media worker is alive");
    place.routers++;
    try {
      const router = await place.worker.createRouter({ mediaCodecs });
      router.observer.once("close", () => {
        place.routers--;
      });
      return { router, place };
    } catch (error) {
      place.routers--;
      throw error;
    }
  }

  /** CPU of the busiest worker since the last call, as a share of one core. */
  readonly #usage = new Map<number, { cpuMs: number; at: number }>();
  async busiestShare(): Promise<number> {
    const shares = await Promise.all(
      this.workers.map(async ({ worker }) => {
        if (worker.closed) return 0;
        const usage = await worker.getResourceUsage();
        const now = { cpuMs: usage.ru_utime + usage.ru_stime, at: performance.now() };
        const before = this.#usage.get(worker.pid);
        this.#usage.set(worker.pid, now);
        return before && now.at > before.at ? (now.cpuMs - before.cpuMs) / (now.at - before.at) : 0;
      }),
    );
    return Math.max(0, ...shares);
  }
}
