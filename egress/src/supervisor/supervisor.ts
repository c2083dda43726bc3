import { join } from "node:path";
import { Lease, Reconciler, type Redis, type Scope } from "@rostrum/platform";
import { ProgrammeJob, programmeStatusKey, programmesKey, WebinarId } from "@rostrum/protocol";
import { type Admission, admitProgramme } from "@rostrum/rules";
import type { Watchable } from "../hls/index.ts";
import { readFinished } from "../record/index.ts";
import { Programme, type ProgrammeOptions } from "./programme.ts";

export type SupervisorOptions = Omit<
  ProgrammeOptions,
  "job" | "directory" | "scope" | "withheld" | "cores"
> & {
  dataDir: string;
  /** Cores that programmes may take together. */
  budgetCores: number;
  maxProgrammes: number;
  redis: Redis;
  scope: Scope;
};

type Entry = { programme: Programme; scope: Scope };

const leaseMs = 3000;
/** An ended playlist stays for those who are still behind. */
const lingerMs = 10 * 60_000;
/** A job that has vanished from Redis is over after this long; an emptied Redis is filled again by web within seconds. */
const vanishedMs = 60_000;

/** Takes the programmes that are wanted, each under its lease, and lets go of those that are over. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #seenAt = new Map<string, number>();
  readonly #finished = new Set<string>();
  /** Programmes that there are no cores for, told of once. */
  readonly #refused = new Set<string>();
  readonly #reconciler: Reconciler;
  draining = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#reconciler = new Reconciler(options.scope, {
      name: "programmes",
      everyMs: 1000,
      reconcile: () => this.#reconcile(),
    });
  }

  /** The desired programmes may have changed. */
  nudge(): void {
    this.#reconciler.nudge();
  }

  find(webinarId: string): Watchable | undefined {
    return this.#entries.get(webinarId)?.programme.watchable;
  }

  programme(webinarId: string): Programme | undefined {
    return this.#entries.get(webinarId)?.programme;
  }

  /** Programmes that are on air here. */
  get active(): Programme[] {
    return [...this.#entries.values()]
      .map(({ programme }) => programme)
      .filter(({ state }) => state === "starting" || state === "running" || state === "ending");
  }

  /** Where a programme's files are. */
  directory(webinarId: string): string {
    return join(this.#options.dataDir, "programmes", webinarId);
  }

  async #reconcile(): Promise<void> {
    const now = Date.now();
    for (const job of await this.#wanted()) {
      this.#seenAt.set(job.webinarId, now);
      const entry = this.#entries.get(job.webinarId);
      if (entry) entry.programme.update(job);
      else await this.#consider(job);
    }
    for (const [webinarId, { programme, scope }] of [...this.#entries]) {
      const seenAt = this.#seenAt.get(webinarId) ?? now;
      if (programme.endedAt !== null && now - programme.endedAt > lingerMs)
        await this.#forget(webinarId, scope);
      else if (now - seenAt > vanishedMs) await this.#endVanished(webinarId, programme);
    }
    for (const webinarId of this.#refused)
      if (this.#seenAt.get(webinarId) !== now) this.#refused.delete(webinarId);
    await this.#writeStatus(now);
  }

  async #wanted(): Promise<ProgrammeJob[]> {
    const { redis, log } = this.#options;
    const values = await redis.hvals(programmesKey);
    return values.flatMap((value) => {
      const parsed = ProgrammeJob.safeParse(JSON.parse(value));
      if (!parsed.success) log.warn({ issues: parsed.error.issues.length }, "a programme job is malformed");
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** Takes a programme when it is live and we have room, or when it is over and its recording is still ours to finish. */
  async #consider(job: ProgrammeJob): Promise<void> {
    const { webinarId } = job;
    if (this.draining || this.#finished.has(webinarId)) return;
    const directory = this.directory(webinarId);
    if (job.desired === "ended" && (await this.#isDone(webinarId, directory))) return;
    if (job.desired === "live" && this.active.length >= this.#options.maxProgrammes) return;
    const admission = this.#admit();
    if (job.desired === "live" && !admission.taken) this.#tellRefused(webinarId, admission.cores);
    else await this.#take(job, directory, admission);
  }

  /** Cores of all programmes on air here, with their ladders. */
  get usedCores(): number {
    return this.active.reduce((sum, { cores }) => sum + cores, 0);
  }

  #admit(): Admission {
    const { tuning, budgetCores } = this.#options;
    const { width, height, framesPerSecond, videoPreset: preset, rungs } = tuning;
    const node = { budgetCores, usedCores: this.usedCores, programmes: this.active.length };
    return admitProgramme(node, { width, height, framesPerSecond, preset }, rungs);
  }

  /** There are the cores of one more programme, and none that is on air leaves anything out. */
  get hasRoom(): boolean {
    const degraded = this.active.some(({ compositorStatus }) => (compositorStatus?.level ?? 0) > 0);
    return !degraded && this.#refused.size === 0 && this.#admit().taken;
  }

  /** Programmes that this node has not the cores for. */
  get refused(): number {
    return this.#refused.size;
  }

  #tellRefused(webinarId: string, cores: number): void {
    if (this.#refused.has(webinarId)) return;
    this.#refused.add(webinarId);
    const { budgetCores, log } = this.#options;
    const free = budgetCores - this.usedCores;
    log.warn({ webinarId, cores, free, budgetCores }, "there are not the cores for another programme");
  }

  async #isDone(webinarId: string, directory: string): Promise<boolean> {
    const finished = await readFinished(directory);
    if (finished) this.#finished.add(webinarId);
    return finished !== null;
  }

  async #take(job: ProgrammeJob, directory: string, admission: Admission): Promise<void> {
    const { redis, nodeId, log } = this.#options;
    const scope = this.#options.scope.child(`programme ${job.webinarId}`);
    // By name, not by process: after a crash this node may have its programmes back at once.
    const holder = nodeId;
    const key = `lease:programme:${job.webinarId}`;
    const lease = await Lease.take({ redis, key, holder, ttlMs: leaseMs, scope });
    if (!lease) {
      await scope.close("another egress has it");
      return;
    }
    const programme = new Programme({
      ...this.#options,
      tuning: { ...this.#options.tuning, rungs: admission.rungs },
      withheld: admission.withheld,
      cores: admission.cores,
      job,
      directory,
      scope,
      log: log.child({ webinarId: job.webinarId }),
    });
    this.#entries.set(job.webinarId, { programme, scope });
    this.#refused.delete(job.webinarId);
    const withheld = admission.withheld.map(({ name }) => name);
    if (withheld.length > 0)
      log.warn({ webinarId: job.webinarId, withheld }, "there are not the cores for the whole ladder");
    lease.onLost(() => {
      log.error({ webinarId: job.webinarId }, "the lease of a programme is lost");
      void this.#forget(job.webinarId, scope);
    });
    try {
      await programme.open();
      log.info({ webinarId: job.webinarId, fencing: lease.fencing }, "programme taken");
    } catch (error) {
      await this.#forget(job.webinarId, scope);
      throw error;
    }
  }

  async #forget(webinarId: string, scope: Scope): Promise<void> {
    const entry = this.#entries.get(webinarId);
    if (entry?.programme.endedAt) this.#finished.add(webinarId);
    this.#entries.delete(webinarId);
    this.#seenAt.delete(webinarId);
    await scope.close("programme let go");
  }

  async #endVanished(webinarId: string, programme: Programme): Promise<void> {
    if (programme.state !== "starting" && programme.state !== "running") return;
    this.#options.log.warn({ webinarId }, "nobody wants this programme any more");
    const ended: ProgrammeJob = {
      webinarId: WebinarId.parse(webinarId),
      title: "",
      desired: "ended",
      liveAt: 0,
      endedAt: Date.now(),
      layout: "auto",
      destinations: [],
    };
    programme.update(ended);
  }

  async #writeStatus(now: number): Promise<void> {
    const { redis } = this.#options;
    for (const [webinarId, { programme }] of this.#entries)
      await redis.hset(programmeStatusKey, webinarId, JSON.stringify(programme.describe(now)));
  }
}
