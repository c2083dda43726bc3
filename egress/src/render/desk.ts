import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { askWeb, type Log, Reconciler, type Scope, type WebAsker } from "@rostrum/platform";
import {
  type RenderNews,
  RendersWanted,
  type RenderWait,
  renderFile,
  type WantedRender,
} from "@rostrum/protocol";
import type { Tuning } from "../programme/index.ts";
import { type Archive, readFinished } from "../record/index.ts";
import { readFinishedTracks } from "../tracks/index.ts";
import { RenderProcess } from "./process.ts";

export type RenderDeskOptions = {
  web: WebAsker;
  /** Holds one folder per webinar. */
  directory: string;
  archive: Archive | undefined;
  tuning: Tuning;
  ffmpegPath: string;
  /** Nobody on air needs the cores. */
  hasRoom: () => boolean;
  /** Its recording or its tracks are still being finished. */
  isUnfinished: (webinarId: string) => boolean;
  onReady: (webinarId: string) => Promise<void>;
  everyMs: number;
  scope: Scope;
  log: Log;
};

type Running = { wish: WantedRender; process: RenderProcess; paused: boolean };

/** Left by a process that was killed. */
const leftOver = /^new-\d+-render-/;

/**
 * Makes recordings in other layouts as web wants them, one at a time, of webinars whose tracks are here, while no programme
 * needs the cores. Keeps nothing of its own: after a restart web still wants what was not finished.
 */
export class RenderDesk {
  readonly #options: RenderDeskOptions;
  /** How it ended, until web has heard it; by the wish's id. */
  readonly #ended = new Map<string, RenderNews>();
  /** Those that wait, as of the last look. */
  #waiting: RenderNews[] = [];
  #running: Running | null = null;
  readonly #reconciler: Reconciler;

  constructor(options: RenderDeskOptions) {
    this.#options = options;
    this.#reconciler = new Reconciler(options.scope, {
      name: "renders",
      everyMs: options.everyMs,
      reconcile: () => this.#look(),
    });
  }

  /** Something of this webinar is being read and written. */
  isBusy(webinarId: string): boolean {
    return this.#running?.wish.webinarId === webinarId;
  }

  /** The process at work. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  async #look(): Promise<void> {
    const { web, log, scope } = this.#options;
    const ended = [...this.#ended];
    try {
      const { wanted } = await askWeb(web, {
        path: "/api/internal/renders",
        body: { news: [...ended.map(([, news]) => news), ...this.#current()] },
        schema: RendersWanted,
      });
      for (const [id, news] of ended) if (this.#ended.get(id) === news) this.#ended.delete(id);
      if (!scope.closed) await this.#follow(wanted);
    } catch (error) {
      // What runs goes on: it is told of when web is back.
      log.debug({ err: error }, "web does not say which layouts are wanted");
      this.#mindTheCores();
    }
  }

  #current(): RenderNews[] {
    if (!this.#running) return this.#waiting;
    const { wish, process, paused } = this.#running;
    const now: RenderNews = paused
      ? { id: wish.id, state: "waiting", reason: "cores" }
      : { id: wish.id, state: "making", progress: process.progress };
    return [now, ...this.#waiting];
  }

  async #follow(wanted: readonly WantedRender[]): Promise<void> {
    const running = this.#running;
    if (running && !wanted.some(({ id, desired }) => id === running.wish.id && desired === "made")) {
      await running.process.cancel();
      this.#options.log.info({ webinarId: running.wish.webinarId }, "another layout is not wanted any more");
    }
    for (const wish of wanted) if (wish.desired === "gone") await this.#remove(wish);
    this.#mindTheCores();
    const waiting: RenderNews[] = [];
    for (const wish of wanted) {
      if (wish.desired === "gone" || wish.id === this.#running?.wish.id || this.#ended.has(wish.id)) continue;
      if (!(await readFinished(join(this.#options.directory, wish.webinarId)))) continue;
      const reason = this.#whyNot(wish);
      if (reason) waiting.push({ id: wish.id, state: "waiting", reason });
      else await this.#start(wish);
    }
    this.#waiting = waiting;
  }

  #whyNot({ webinarId }: WantedRender): RenderWait | null {
    if (this.#options.isUnfinished(webinarId)) return "unfinished";
    if (this.#running) return "queue";
    return this.#options.hasRoom() ? null : "cores";
  }

  /** A programme that needs the cores has them within a look. */
  #mindTheCores(): void {
    const running = this.#running;
    const paused = !this.#options.hasRoom();
    if (!running || running.paused === paused) return;
    running.paused = paused;
    running.process.pause(paused);
  }

  async #start(wish: WantedRender): Promise<void> {
    const { directory, tuning, ffmpegPath, scope, log } = this.#options;
    const { id, webinarId, layout, title, slates } = wish;
    const folder = join(directory, webinarId);
    const tracks = await readFinishedTracks(folder);
    if (tracks.length === 0) {
      this.#end(id, { id, state: "failed", message: "The separate tracks are not on the server any more." });
      return;
    }
    for (const name of await readdir(folder))
      if (leftOver.test(name)) await rm(join(folder, name), { force: true });
    if (scope.closed) return;
    const file = renderFile(layout);
    const process = new RenderProcess({
      directory: folder,
      tracks,
      layout,
      title,
      slates,
      file,
      tuning,
      ffmpegPath,
    });
    this.#running = { wish, process, paused: false };
    log.info({ webinarId, layout }, "a recording is made in another layout");
    scope.run("render", (signal) => {
      const cancel = (): void => void process.cancel();
      signal.addEventListener("abort", cancel, { once: true });
      return this.#wait(wish, process).finally(() => signal.removeEventListener("abort", cancel));
    });
  }

  async #wait({ id, webinarId, layout }: WantedRender, process: RenderProcess): Promise<void> {
    const { log, onReady } = this.#options;
    const outcome = await process.done;
    this.#running = null;
    if (outcome.state === "cancelled") return;
    if (outcome.state === "failed") {
      const { message, reason } = outcome;
      log.warn({ webinarId, layout, reason }, "a recording could not be made in another layout");
      this.#end(id, { id, state: "failed", message });
      return;
    }
    log.info({ webinarId, layout, bytes: outcome.bytes }, "a recording is there in another layout");
    await onReady(webinarId);
    this.#end(id, { id, ...outcome });
  }

  #end(id: string, news: RenderNews): void {
    this.#ended.set(id, news);
    this.#reconciler.nudge();
  }

  /** Deletes the file and its copy; a node that has neither cannot say that they are gone. */
  async #remove({ id, webinarId, layout }: WantedRender): Promise<void> {
    const { directory, archive, log } = this.#options;
    const name = renderFile(layout);
    const held = await readdir(join(directory, webinarId)).catch(() => null);
    if (!held && !archive) return;
    try {
      await rm(join(directory, webinarId, name), { force: true });
      await archive?.removeFile({ webinarId, name });
      this.#end(id, { id, state: "gone" });
    } catch (error) {
      log.warn({ err: error, webinarId, layout }, "another layout's file is still there; trying again");
    }
  }
}
