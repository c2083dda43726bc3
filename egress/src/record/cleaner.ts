import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { askWeb, type Log, Reconciler, type Scope, type WebAsker } from "@rostrum/platform";
import { RecordingsDeleted, WebinarId } from "@rostrum/protocol";
import type { Archive } from "./archive.ts";

type CleanerOptions = {
  web: WebAsker;
  /** Holds one folder per webinar. */
  directory: string;
  archive: Archive | undefined;
  /** Something of it is still written or read. */
  isBusy: (webinarId: string) => boolean;
  everyMs: number;
  scope: Scope;
  log: Log;
};

/** Uploads that nobody has finished for so long are nobody's, ms. */
const staleUploadMs = 24 * 3600_000;
const uploadLookMs = 3600_000;

/**
 * Deletes the files of recordings that web has deleted: first their copies, then the folder, so that a crash in between is
 * found again by the folder. Web is told what is gone. Also ends uploads to the archive that were left over.
 */
export class Cleaner {
  readonly #options: CleanerOptions;
  #gone: WebinarId[] = [];
  #lookedForUploads = Number.NEGATIVE_INFINITY;

  constructor(options: CleanerOptions) {
    this.#options = options;
    new Reconciler(options.scope, {
      name: "deleted recordings",
      everyMs: options.everyMs,
      reconcile: () => this.clean(),
    });
  }

  async clean(): Promise<void> {
    const { web, archive, log } = this.#options;
    const gone = this.#gone;
    const { deleted } = await askWeb(web, {
      path: "/api/internal/recordings",
      body: { held: await this.#held(), gone },
      schema: RecordingsDeleted,
    });
    this.#gone = this.#gone.filter((id) => !gone.includes(id));
    for (const webinarId of deleted) {
      try {
        await this.#delete(webinarId);
      } catch (error) {
        log.warn({ err: error, webinarId }, "a deleted recording's files are still there; trying again");
      }
    }
    const now = performance.now();
    if (!archive || now - this.#lookedForUploads < uploadLookMs) return;
    this.#lookedForUploads = now;
    const aborted = await archive.abortUploads(new Date(Date.now() - staleUploadMs));
    if (aborted > 0) log.info({ aborted }, "uploads to the archive that were left over are aborted");
  }

  async #delete(webinarId: WebinarId): Promise<void> {
    const { archive, directory, isBusy, log } = this.#options;
    if (isBusy(webinarId)) return;
    const held = (await this.#held()).includes(webinarId);
    await archive?.remove(webinarId);
    await rm(join(directory, webinarId), { recursive: true, force: true });
    // A node that never had anything of it cannot say that nothing is left.
    if (!held && !archive) return;
    this.#gone.push(webinarId);
    log.info({ webinarId }, "the recording's files are deleted");
  }

  async #held(): Promise<WebinarId[]> {
    const names = await readdir(this.#options.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [] as string[];
      throw error;
    });
    return names.flatMap((name) => WebinarId.safeParse(name).data ?? []);
  }
}
