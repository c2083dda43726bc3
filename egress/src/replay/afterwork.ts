import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Log, type Scope, sleep } from "@rostrum/platform";
import { type Fact, type Finishing, ParticipantId, WebinarId } from "@rostrum/protocol";
import { backoffMs } from "@rostrum/rules";
import { readFinished } from "../record/index.ts";
import { finishTracks } from "../tracks/index.ts";
import { makeStoryboard, readStoryboard } from "./storyboard.ts";

export type AfterworkOptions = {
  /** Holds one folder per webinar. */
  directory: string;
  ffmpegPath: string;
  /** Of the programme's picture, pixels. */
  size: { width: number; height: number };
  report: (fact: Fact) => Promise<void>;
  scope: Scope;
  log: Log;
};

/** A recording is tried so often in one life of the process. */
const mostTries = 5;

/**
 * What is made of recordings once they stand: thumbnails and finished separate tracks, one recording at a time. What was left over when the
 * process ended is taken up at the next start.
 */
export class Afterwork {
  readonly #options: AfterworkOptions;
  readonly #queue: string[] = [];
  readonly #progress = new Map<string, Finishing>();
  #working = false;

  constructor(options: AfterworkOptions) {
    this.#options = options;
    options.scope.run("find recordings without thumbnails", () => this.#takeUp());
  }

  /** Recordings without thumbnails. */
  get pending(): number {
    return this.#queue.length;
  }

  /** What goes on for a webinar, for its host. */
  progressOf(webinarId: string): Finishing | null {
    const known = this.#progress.get(webinarId);
    if (known) return known;
    return this.#queue.includes(webinarId) ? { step: "storyboard", progress: 0 } : null;
  }

  /** Another part of egress tells how far it is; 1 ends it. */
  note(webinarId: string, step: Finishing["step"], progress: number): void {
    if (progress >= 1) this.#progress.delete(webinarId);
    else this.#progress.set(webinarId, { step, progress });
  }

  add(webinarId: string): void {
    if (!this.#queue.includes(webinarId)) this.#queue.push(webinarId);
    if (this.#working) return;
    this.#working = true;
    this.#options.scope.run("afterwork", async (signal) => {
      await this.#work(signal).finally(() => {
        this.#working = false;
      });
    });
  }

  async #takeUp(): Promise<void> {
    for (const name of await readdir(this.#options.directory).catch(() => [] as string[])) {
      if (!WebinarId.safeParse(name).success) continue;
      const folder = join(this.#options.directory, name);
      if ((await readFinished(folder)) && !(await this.#isDone(folder))) this.add(name);
    }
  }

  async #isDone(folder: string): Promise<boolean> {
    if (!(await readStoryboard(folder))) return false;
    const names = await readdir(folder);
    return !names.some((name) => name.endsWith(".part"));
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let tries = 0; this.#queue[0] !== undefined && !signal.aborted; ) {
      const webinarId = this.#queue[0];
      try {
        await this.#make(webinarId);
      } catch (error) {
        tries += 1;
        log.warn({ err: error, webinarId, tries }, "the thumbnails could not be made");
        if (tries < mostTries) {
          const wait = 1000 + backoffMs(tries, Math.random(), { baseMs: 1000, capMs: 30_000 });
          await sleep(wait, signal).catch(() => {});
          continue;
        }
      }
      this.#queue.shift();
      this.#progress.delete(webinarId);
      tries = 0;
    }
  }

  async #make(webinarId: string): Promise<void> {
    await this.#makeStoryboard(webinarId);
    await this.#finishTracks(webinarId);
  }

  async #finishTracks(webinarId: string): Promise<void> {
    const { directory, ffmpegPath, report, log } = this.#options;
    const id = WebinarId.parse(webinarId);
    await finishTracks(join(directory, webinarId), ffmpegPath, async (track, share) => {
      const { codec: _, participantId, ...found } = track;
      this.#progress.set(webinarId, { step: "tracks", progress: share });
      log.info({ webinarId, file: track.file, bytes: track.bytes }, "a separate track is ready");
      const who = { webinarId: id, participantId: ParticipantId.parse(participantId) };
      await report({ type: "recording.track", factId: randomUUID(), ...who, ...found, at: Date.now() });
    });
  }

  async #makeStoryboard(webinarId: string): Promise<void> {
    const { directory, ffmpegPath, size, report, log } = this.#options;
    const storyboard = await makeStoryboard(join(directory, webinarId), {
      ffmpegPath,
      size,
      onProgress: (share) => this.#progress.set(webinarId, { step: "storyboard", progress: share }),
    });
    if (!storyboard) return;
    log.info({ webinarId, thumbnails: storyboard.thumbnails }, "the thumbnails are ready");
    const at = Date.now();
    const id = WebinarId.parse(webinarId);
    await report({ type: "recording.storyboard", factId: randomUUID(), webinarId: id, at });
  }
}
