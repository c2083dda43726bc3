import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Log, Scope } from "@rostrum/platform";
import { backoffMs } from "@rostrum/rules";

export type HubOptions = { port: number; storePath: string; scope: Scope; log: Log };

/** Starts the hub's process with the first destination and keeps it running until the scope closes. */
export class HubProcess {
  readonly #options: HubOptions;
  #child: ChildProcess | null = null;
  #wanted = false;
  #attempt = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    options.scope.add("rtmp hub", () => this.#stop());
  }

  /** Where a programme's stream is published and played. @param key random, the stream's only protection */
  url(key: string): string {
    return `rtmp://127.0.0.1:${this.#options.port}/live/${key}`;
  }

  /** Makes sure that it runs. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#start();
  }

  #start(): void {
    const { port, storePath, log, scope } = this.#options;
    if (scope.closed) return;
    // Its output may name streams, which are secrets: thrown away.
    const child = fork(fileURLToPath(new URL("./hub.ts", import.meta.url)), [String(port), storePath], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child = child;
    child.once("message", () => {
      this.#attempt = 0;
      log.info({ port }, "the RTMP hub is running");
    });
    child.once("exit", (code, signal) => {
      this.#child = null;
      if (scope.closed) return;
      log.warn({ code, signal, port }, "the RTMP hub has ended and is started again");
      this.#attempt += 1;
      scope.after(200 + backoffMs(this.#attempt, Math.random()), "hub restart", () => this.#start());
    });
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.disconnect();
    const hard = setTimeout(() => child.kill("SIGKILL"), 1000);
    await gone;
    clearTimeout(hard);
  }
}
