import { cpuMs, tree, workerOf } from "./audience-cpu.ts";
import { edgeNames, type World } from "./audience-world.ts";

const parts = ["web", "database", "redis", "edges", "workers", "generator"] as const;
type Part = (typeof parts)[number];

/** CPU of a join by who spent it, ms, and in all. */
export type JoinCost = Record<Part | "all", number>;

/**
 * CPU that the parts of the machine which take part in a join use from here on: what does not change when others use the
 * machine too, unlike times.
 */
export class JoinCostMeter {
  readonly #pids: Record<Part, number[]>;
  readonly #before: Record<Part, number>;

  constructor({ product, crowd }: World) {
    const { pids } = product.state;
    const of = (name: string): number[] => (pids[name] === undefined ? [] : tree(pids[name]));
    const edges = edgeNames.map((name) => product.pid(name));
    this.#pids = {
      web: of("web"),
      database: of("postgres"),
      redis: of("redis"),
      edges,
      workers: edges.map(workerOf),
      generator: [crowd.pid],
    };
    this.#before = this.#read();
  }

  #read(): Record<Part, number> {
    return Object.fromEntries(parts.map((part) => [part, cpuMs(this.#pids[part])])) as Record<Part, number>;
  }

  /** For each of so many joins since this was made. */
  perJoin(joins: number): JoinCost {
    const now = this.#read();
    const each = (ms: number): number => Math.round((ms * 100) / joins) / 100;
    const used = Object.fromEntries(parts.map((part) => [part, now[part] - this.#before[part]])) as Record<
      Part,
      number
    >;
    const all = parts.reduce((sum, part) => sum + used[part], 0);
    return {
      ...(Object.fromEntries(parts.map((part) => [part, each(used[part])])) as Record<Part, number>),
      all: each(all),
    };
  }
}
