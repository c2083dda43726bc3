import { type FileHandle, open } from "node:fs/promises";
import {
  type Block,
  longestClusterMs,
  matroskaCluster,
  matroskaHeader,
  type VideoTrack,
} from "./matroska.ts";

/** A cluster is written when it is this long: a crash loses one at most. */
const clusterMs = 2000;
/** More than this waits for the disk: it does not keep up, and memory is not for what it does not take. */
const mostWaiting = 32 * 2 ** 20;

export type TrackFileOptions = {
  path: string;
  video: VideoTrack | null;
  onFault: (error: unknown) => void;
};

/** One file that grows by whole clusters, each synced before the next. Never makes its caller wait. */
export class TrackFile {
  readonly #options: TrackFileOptions;
  #blocks: Block[] = [];
  #writing: Promise<void>;
  #waiting = 0;
  #file: FileHandle | null = null;
  #failed = false;
  #lastMs = { video: -1, audio: -1 };

  constructor(options: TrackFileOptions) {
    this.#options = options;
    const header = matroskaHeader({ video: options.video, audio: true });
    this.#writing = this.#open(header).catch((error: unknown) => this.#fail(error));
  }

  get hasVideo(): boolean {
    return this.#options.video !== null;
  }

  add(block: Block): void {
    if (this.#failed) return;
    // Within a track time only goes forward.
    const ms = Math.max(block.ms, this.#lastMs[block.track] + 1);
    this.#lastMs[block.track] = ms;
    const first = this.#blocks[0];
    const length = first ? ms - first.ms : 0;
    const cut = this.hasVideo ? block.track === "video" && block.key : true;
    if (first && ((length >= clusterMs && cut) || length >= longestClusterMs - 1000)) this.#flush();
    // What came late belongs to the cluster that is open, at its beginning.
    this.#blocks.push({ ...block, ms });
  }

  /** Settles when everything added so far is safe, or has failed. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
    await this.#file?.close().catch((error: unknown) => this.#fail(error));
    this.#file = null;
  }

  async #open(header: Buffer): Promise<void> {
    this.#file = await open(this.#options.path, "wx");
    await this.#file.appendFile(header);
  }

  #flush(): void {
    if (this.#blocks.length === 0) return;
    const bytes = matroskaCluster(this.#blocks);
    this.#blocks = [];
    if (this.#waiting + bytes.length > mostWaiting) {
      this.#fail(new Error("the disk does not keep up"));
      return;
    }
    this.#waiting += bytes.length;
    this.#writing = this.#writing
      .then(() => this.#write(bytes))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#waiting -= bytes.length;
      });
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#failed || !this.#file) return;
    await this.#file.appendFile(bytes);
    await this.#file.datasync();
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFault(error);
  }
}
