import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Rendition, segmentName } from "./names.ts";

/** Where segments are when they have left memory. */
export type SegmentStore = {
  /** Whether the whole segment can be read. Asked once per segment, when it leaves memory. */
  has: (sequence: number, length: number) => boolean;
  /** @returns undefined when it is not there (any more) */
  read: (sequence: number, rendition?: Rendition) => Promise<Buffer | undefined>;
};

/** Segments kept in memory for those who rewind together. */
const cached = 12;

/** The recorder's files as the rewind window reads them: whole, and once for all who ask at a time. */
export class SegmentFiles implements SegmentStore {
  readonly #directory: string;
  readonly #reads = new Map<string, Promise<Buffer | undefined>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  has(sequence: number, length: number): boolean {
    // A disk that ran full leaves a file that is too short.
    return statSync(join(this.#directory, segmentName(sequence)), { throwIfNoEntry: false })?.size === length;
  }

  read(sequence: number, rendition: Rendition = "main"): Promise<Buffer | undefined> {
    const name = segmentName(sequence, rendition);
    const read = this.#reads.get(name) ?? this.#load(name);
    // Again at the end: the one unused for longest goes first.
    this.#reads.delete(name);
    this.#reads.set(name, read);
    for (const oldest of this.#reads.keys()) {
      if (this.#reads.size <= cached) break;
      this.#reads.delete(oldest);
    }
    return read;
  }

  async #load(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.#directory, name));
    } catch (error) {
      this.#reads.delete(name);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}
