import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@rostrum/platform";
import { initName, type RungName, segmentName } from "./names.ts";
import type { TimelineSegment } from "./segment-window.ts";

const ofRung = /^\d{3,4}p-(?:init-\d+\.mp4|seg-\d+\.m4s)$/;

/**
 * The rungs' files, for those who rewind: beside the recording and no part of it. They are not synced, what fails is a gap
 * for whoever asks, and they go when the programme is over.
 */
export class RungFiles {
  readonly #directory: string;
  readonly #rungs: readonly RungName[];
  readonly #log: Log;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: { directory: string; rungs: readonly RungName[]; log: Log }) {
    this.#directory = options.directory;
    this.#rungs = options.rungs;
    this.#log = options.log;
  }

  run(run: number, inits: readonly Buffer[]): void {
    for (const [index, rung] of this.#rungs.entries()) this.#write(initName(run, rung), inits[index]);
  }

  segment({ sequence, rungs }: TimelineSegment): void {
    for (const [index, rung] of this.#rungs.entries())
      this.#write(segmentName(sequence, rung), rungs?.[index] ?? undefined);
  }

  /** Names of what an earlier life has left. */
  async names(): Promise<Set<string>> {
    const names = await readdir(this.#directory).catch(() => [] as string[]);
    return new Set(names.filter((name) => ofRung.test(name)));
  }

  async removeAll(): Promise<void> {
    await this.#queue;
    for (const name of await this.names()) await rm(join(this.#directory, name), { force: true });
  }

  #write(name: string, bytes: Buffer | undefined): void {
    if (!bytes) return;
    this.#queue = this.#queue
      .then(() => writeFile(join(this.#directory, name), bytes))
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, "a smaller rendition could not be written");
      });
  }
}
