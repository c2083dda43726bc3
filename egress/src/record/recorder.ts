import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@rostrum/platform";
import { initName, segmentName, type TimelineSegment } from "../hls/index.ts";
import type { RunInfo } from "../programme/ipc.ts";
import {
  type ManifestLine,
  type RunLine,
  readManifest,
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

/** A write that failed is tried again after this long, ms. */
const retryMs = 500;
/** Held for a disk that takes nothing: minutes of a programme. Then the oldest segments are lost. */
const mostHeld = 64 * 2 ** 20;
/** A programme that has ended waits no longer for its disk, ms. */
const lastPatienceMs = 10_000;

type Pending = { write: () => Promise<void>; bytes: number };

/**
 * Writes every segment to disk as soon as it is complete, in order, synced before it is listed in the manifest: whatever
 * process dies, at most the growing segment is lost. A failing disk is reported and does not stop the programme; what it
 * does not take is kept until it does.
 */
export class Recorder {
  readonly directory: string;
  readonly #log: Log;
  readonly #pending: Pending[] = [];
  #held = 0;
  #draining: Promise<void> | undefined;
  /** When whatever still fails is given up, ms of `performance.now`. */
  #deadline = Number.POSITIVE_INFINITY;
  /** Bytes of whole lines in the manifest; what is behind them was cut off by a full disk or a crash. */
  #manifestBytes = 0;
  #torn = false;
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
    const { lines, trusted } = readManifest(text.slice(0, text.lastIndexOf("\n") + 1));
    this.#manifestBytes = Buffer.byteLength(trusted);
    this.#torn = trusted !== text;
    for (const line of lines) {
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
    }, bytes.length);
  }

  /** What a chapter may begin with. `atMs`: on the recording's time line */
  turn(line: TurnLine): void {
    this.#enqueue(async () => this.#append(line));
  }

  end(at: number): void {
    this.#enqueue(async () => this.#append({ type: "end", at }));
  }

  /** Settles when everything handed over so far is on disk, or has failed for ten seconds. */
  async flush(): Promise<void> {
    this.#deadline = performance.now() + lastPatienceMs;
    await this.#draining;
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  #enqueue(write: () => Promise<void>, bytes = 0): void {
    this.#pending.push({ write, bytes });
    this.#held += bytes;
    while (this.#held > mostHeld)
      this.#drop(this.#pending.findIndex((one, index) => index > 0 && one.bytes > 0));
    this.#draining ??= this.#drain();
  }

  #drop(index: number): void {
    const [dropped] = this.#pending.splice(index, 1);
    this.#held -= dropped?.bytes ?? 0;
  }

  async #drain(): Promise<void> {
    for (let first = this.#pending[0]; first; first = this.#pending[0]) {
      const written = await first.write().then(
        () => true,
        (error: unknown) => this.#failed(error),
      );
      if (written) this.fault = null;
      if (written || performance.now() > this.#deadline) this.#drop(0);
      else await sleep(retryMs);
    }
    this.#draining = undefined;
  }

  #failed(error: unknown): false {
    const fault = faultOf(error);
    if (fault !== this.fault) this.#log.error({ err: error }, "the recording could not be written");
    this.fault = fault;
    return false;
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

  /** Adds a whole line, or none that anybody would trust. */
  async #append(line: ManifestLine): Promise<void> {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    const file = await open(join(this.directory, "manifest.jsonl"), "a");
    try {
      if (this.#torn) await file.truncate(this.#manifestBytes);
      this.#torn = true;
      await file.writeFile(text);
      await file.datasync();
      this.#torn = false;
      this.#manifestBytes += text.length;
    } finally {
      await file.close();
    }
  }
}

/** A failed write in words that a host understands. */
function faultOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return "The disk is full.";
  if (code === "EROFS" || code === "EACCES") return "The disk cannot be written to.";
  return error instanceof Error ? error.message : String(error);
}
