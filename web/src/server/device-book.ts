import { type DatabaseHandle, type NotedAdmission, recordAdmissions } from "@rostrum/db";
import type { Log, Scope } from "@rostrum/platform";

const everyMs = 500;
/** Written in one statement; PostgreSQL takes 65,535 parameters. */
const mostAtOnce = 2000;

/**
 * What people came with, for the report: written together, twice a second, so that nobody waits at the door for it. A
 * process that is killed loses what was noted last; who came is on record all the same, by the edges.
 */
export class DeviceBook {
  readonly #db: DatabaseHandle["db"];
  readonly #log: Log;
  #noted: NotedAdmission[] = [];

  constructor({ db, scope, log }: { db: DatabaseHandle["db"]; scope: Scope; log: Log }) {
    this.#db = db;
    this.#log = log;
    scope.add("devices noted last", () => this.#write());
    scope.every(everyMs, "devices", () => this.#write());
  }

  note({ id, webinarId, participantId, device, browser }: NotedAdmission): void {
    if (this.#noted.length < mostAtOnce) this.#noted.push({ id, webinarId, participantId, device, browser });
  }

  async #write(): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    await recordAdmissions(this.#db, noted).catch((error: unknown) =>
      this.#log.warn({ err: error, lost: noted.length }, "devices could not be noted"),
    );
  }
}
