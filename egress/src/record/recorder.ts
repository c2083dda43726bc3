import { appendFile, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@rostrum/platform";
import { initName, segmentName, type TimelineSegment } from "../hls/index.ts";
import type { RunInfo } from "../programme/ipc.ts";
import {
  type ManifestLine,
  parseManifest,
  type RunLine,
  type SegmentLine,
  type TurnLine,
} from "./manifest.ts";

/** What an earlier life of the process has left. */
export type Past = {
  startedAt: number | null;
  runs: RunLine[];
  segments: SegmentLine[];
  turns: TurnLine[];
  endedAt: number | null;
};

/**
 * Writes every segment to disk as soon as it is complete, synced before it is listed in the manifest: whatever process
 * dies, at most the growing segment is lost. A failing disk is reported and does not stop the programme.
 */
export class Recorder {
  readonly directory: string;
  readonly #log: Log;
  #queue: Promise<void> = Promise.resolve();
  /** Written so far. */
  bytes = 0;
  /** The last write that failed, for people. */
  fault: string | null = null;
  /** When a segment was last safe on disk, ms of `performance.now`; null before the first. */
  safeAt: number | null = null;

  constructor(directory: string, log: Log) {
    this.directory = directory;
    this.#log = log;
  }

  /** Reads what is there; creates the folder. */
  async recall(): Promise<Past> {
    await mkdir(this.directory, { recursive: true });
    const text = await readFile(join(this.directory, "manifest.jsonl"), "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    });
    const past: Past = { startedAt: null, runs: [], segments: [], turns: [], endedAt: null };
    for (const line of parseManifest(text)) {
      if (line.type === "begin") past.startedAt ??= line.startedAt;
      else if (line.type === "run") past.runs.push(line);
      else if (line.type === "segment") past.segments.push(line);
      else if (line.type === "end") past.endedAt = line.at;
      else past.turns.push(line);
    }
    this.bytes = past.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    return past;
  }

  begin(startedAt: number): void {
    this.#enqueue(async () => this.#append({ type: "begin", startedAt }));
  }

  run(run: number, init: Buffer, info: RunInfo): void {
    this.#enqueue(async () => {
      await this.#write(initName(run), init);
      await this.#append({ type: "run", run, info });
    });
  }

  segment(segment: TimelineSegment): void {
    const { sequence, run, duration, programmeMs, discontinuity, bytes } = segment;
    if (!bytes) return;
    this.#enqueue(async () => {
      await this.#write(segmentName(sequence), bytes);
      await this.#append({
        type: "segment",
        sequence,
        run,
        duration,
        programmeMs,
        discontinuity,
        bytes: bytes.length,
      });
      this.bytes += bytes.length;
      this.safeAt = performance.now();
    });
  }

  /** What a chapter may begin with. `atMs`: on the recording's time line */
  turn(line: TurnLine): void {
    this.#enqueue(async () => this.#append(line));
  }

  end(at: number): void {
    this.#enqueue(async () => this.#append({ type: "end", at }));
  }

  /** Settles when everything handed over so far is on disk, or has failed. */
  flush(): Promise<void> {
    return this.#queue;
  }

  #enqueue(write: () => Promise<void>): void {
    this.#queue = this.#queue.then(write).then(
      () => {
        this.fault = null;
      },
      (error: unknown) => {
        this.fault = faultOf(error);
        this.#log.error({ err: error }, "the recording could not be written");
      },
    );
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    const file = await open(join(this.directory, name), "w");
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  #append(line: ManifestLine): Promise<void> {
    return appendFile(join(this.directory, "manifest.jsonl"), `${JSON.stringify(line)}\n`, { flush: true });
  }
}

/** A failed write in words that a host understands. */
function faultOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return "The disk is full.";
  if (code === "EROFS" || code === "EACCES") return "The disk cannot be written to.";
  return error instanceof Error ? error.message : String(error);
}
