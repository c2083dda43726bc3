import type { Log, Scope } from "@rostrum/platform";
import type { StageProducer } from "@rostrum/protocol";
import { chooseBranch } from "@rostrum/rules";
import type { types } from "mediasoup";
import { Board } from "./board.ts";
import { mediaCodecs } from "./codecs.ts";
import type { PoolWorker, WorkerPool } from "./worker-pool.ts";

/** A webinar's router on one core, what is on offer there, and how many receive from it. */
export class Branch {
  readonly router: types.Router;
  readonly place: PoolWorker;
  readonly board = new Board();
  receivers = 0;

  constructor(router: types.Router, place: PoolWorker) {
    this.router = router;
    this.place = place;
  }
}

type RouterSetOptions = { pool: WorkerPool; scope: Scope; log: Log };

/**
 * The routers of one webinar on this host: the stage comes in at `ingress`, once, and is piped to a router on another
 * core when the receivers of the first need one. A producer has the same id on all of them.
 */
export class RouterSet {
  readonly ingress: Branch;
  readonly #options: RouterSetOptions;
  readonly #branches: Branch[];
  /** Openings wait for one another: two receivers at once must not open two branches for one. */
  #queue: Promise<unknown> = Promise.resolve();

  static async open(options: RouterSetOptions): Promise<RouterSet> {
    const { router, place } = await options.pool.createRouter(mediaCodecs);
    return new RouterSet(options, new Branch(router, place));
  }

  private constructor(options: RouterSetOptions, ingress: Branch) {
    this.#options = options;
    this.ingress = ingress;
    this.#branches = [ingress];
    options.scope.add("routers", () => {
      for (const { router } of this.#branches) router.close();
    });
    ingress.board.watch({
      opened: (producer) => {
        for (const branch of this.#branches.slice(1)) this.#mirror(producer, branch);
      },
    });
  }

  get branches(): readonly Branch[] {
    return this.#branches;
  }

  /** The branch for one more receiver, counted in until the returned function is called. */
  async take(): Promise<{ branch: Branch; release: () => void }> {
    const choosing = this.#queue.then(() => this.#choose());
    this.#queue = choosing.catch(() => undefined);
    const branch = await choosing;
    let released = false;
    return {
      branch,
      release: () => {
        if (!released) branch.receivers--;
        released = true;
      },
    };
  }

  async #choose(): Promise<Branch> {
    const { pool } = this.#options;
    const used = new Set(this.#branches.map(({ place }) => place));
    const free = pool.workers.filter((place) => !place.worker.closed && !used.has(place)).length;
    const chosen = chooseBranch(
      this.#branches.map(({ receivers }, i) => ({ id: `${i}`, receivers })),
      free,
    );
    const branch = chosen === "new" ? await this.#grow(used) : this.#branches[Number(chosen)];
    if (!branch) throw new Error("the webinar has no router");
    branch.receivers++;
    return branch;
  }

  async #grow(used: ReadonlySet<PoolWorker>): Promise<Branch> {
    const { router, place } = await this.#options.pool.createRouter(mediaCodecs, used);
    const branch = new Branch(router, place);
    this.#branches.push(branch);
    router.observer.once("close", () => {
      const at = this.#branches.indexOf(branch);
      if (at >= 0) this.#branches.splice(at, 1);
      branch.board.clear();
    });
    for (const producer of this.ingress.board.list()) this.#mirror(producer, branch);
    return branch;
  }

  #mirror(producer: StageProducer, branch: Branch): void {
    const { scope, log } = this.#options;
    scope.run("mirror", async () => {
      const { producerId } = producer;
      try {
        const { pipeProducer } = await this.ingress.router.pipeToRouter({
          producerId,
          router: branch.router,
          enableSctp: false,
          enableRtx: false,
        });
        if (!pipeProducer || pipeProducer.closed) return;
        pipeProducer.observer.once("close", () => branch.board.remove(producerId));
        branch.board.add(producer);
      } catch (error) {
        // The producer or the router may be gone again; then there is nothing to mirror.
        if (!branch.router.closed)
          log.warn({ err: error, producerId }, "could not pipe a producer to another core");
      }
    });
  }
}
