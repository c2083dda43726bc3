import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Log, type Scope, sleep } from "@rostrum/platform";
import { backoffMs } from "@rostrum/rules";
import type { Archive } from "./archive.ts";
import { readFinished, recordingFile } from "./finalise.ts";

/** Beside a recording whose copy is in the archive. */
const marker = "archived";

type ArchiverOptions = {
  archive: Archive /** Holds one folder per webinar. */;
  directory: string;
  scope: Scope;
  log: Log;
};

/**
 * Copies finished recordings to the archive, one at a time, and tries again until it is done. What was left over when
 * the process ended is taken up at the next start.
 */
export class Archiver {
  readonly #options: ArchiverOptions;
  readonly #queue: string[] = [];
  #working = false;

  constructor(options: ArchiverOptions) {
    this.#options = options;
    options.scope.run("find recordings", () => this.#takeUp());
  }

  /** Recordings without a copy. */
  get pending(): number {
    return this.#queue.length;
  }

  add(webinarId: string): void {
    if (!this.#queue.includes(webinarId)) this.#queue.push(webinarId);
    if (this.#working) return;
    this.#working = true;
    this.#options.scope.run("archive", async (signal) => {
      await this.#work(signal).finally(() => {
        this.#working = false;
      });
    });
  }

  async #takeUp(): Promise<void> {
    const folders = await readdir(this.#options.directory).catch(() => [] as string[]);
    for (const webinarId of folders) {
      const files = await readdir(join(this.#options.directory, webinarId)).catch(() => [] as string[]);
      if (files.includes(recordingFile) && !files.includes(marker)) this.add(webinarId);
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0; this.#queue[0] !== undefined && !signal.aborted; ) {
      const webinarId = this.#queue[0];
      try {
        await this.#copy(webinarId);
        this.#queue.shift();
        attempt = 0;
        log.info({ webinarId }, "the recording is archived");
      } catch (error) {
        log.warn({ err: error, webinarId }, "the recording could not be archived; trying again");
        await sleep(
          1000 + backoffMs(attempt++, Math.random(), { baseMs: 1000, capMs: 60_000 }),
          signal,
        ).catch(() => {});
      }
    }
  }

  async #copy(webinarId: string): Promise<void> {
    const folder = join(this.#options.directory, webinarId);
    const finished = await readFinished(folder);
    if (!finished) return;
    await this.#options.archive.store(webinarId, join(folder, recordingFile), finished.bytes);
    await writeFile(join(folder, marker), "", { flush: true });
  }
}
