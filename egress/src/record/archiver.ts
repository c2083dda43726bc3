import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Log, type Scope, sleep } from "@rostrum/platform";
import { backoffMs } from "@rostrum/rules";
import type { Archive } from "./archive.ts";
import { readFinished, recordingFile } from "./finalise.ts";

/** Beside a recording whose copy is in the archive. */
const marker = "archived";

/** A separate track that is finished, or the recording in another layout. */
const besideFile = /^(?:track-[\w-]+\.(?:mp4|webm)|render-[a-z]+\.mp4)$/;

type ArchiverOptions = {
  archive: Archive /** Holds one folder per webinar. */;
  directory: string;
  scope: Scope;
  log: Log;
};

/**
 * Copies finished recordings with their separate tracks to the archive, one at a time, and tries again until it is done. What was left over when
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

  /** There is more of one that may be copied already. */
  async again(webinarId: string): Promise<void> {
    await rm(join(this.#options.directory, webinarId, marker), { force: true });
    // The copy that is under way may have looked already.
    if (this.#working && this.#queue[0] === webinarId) this.#queue.push(webinarId);
    else this.add(webinarId);
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
    const { archive } = this.#options;
    await archive.store({ webinarId, name: recordingFile }, join(folder, recordingFile), finished.bytes);
    for (const name of await readdir(folder)) {
      if (!besideFile.test(name)) continue;
      const found = await stat(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      // Another layout may have been deleted meanwhile.
      if (!found) continue;
      const { size } = found;
      await archive.store({ webinarId, name }, join(folder, name), size);
    }
    await writeFile(join(folder, marker), "", { flush: true });
  }
}
