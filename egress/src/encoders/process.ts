import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Log, Scope } from "@rostrum/platform";
import { backoffMs } from "@rostrum/rules";

type Options = { epoch: string; scope: Scope; log: Log };

/** Keeps the process that takes encoders running until the scope closes. */
export class EncoderProcess {
  readonly #options: Options;
  #child: ChildProcess | null = null;
  #attempt = 0;
  /** Encoders that it serves; null while it does not run. */
  encoders: number | null = null;

  constructor(options: Options) {
    this.#options = options;
    options.scope.add("encoders", () => this.#stop());
    this.#start();
  }

  #start(): void {
    const { scope, log, epoch } = this.#options;
    if (scope.closed) return;
    const child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), [epoch], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (message) => {
      const { encoders } = message as { encoders?: unknown };
      if (typeof encoders !== "number") return;
      this.#attempt = 0;
      this.encoders = encoders;
    });
    child.once("exit", (code, signal) => {
      this.#child = null;
      this.encoders = null;
      if (scope.closed) return;
      log.warn({ code, signal }, "the process that takes encoders has ended and is started again");
      this.#attempt += 1;
      scope.after(200 + backoffMs(this.#attempt, Math.random()), "encoders restart", () => this.#start());
    });
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 2500);
    await gone;
    clearTimeout(hard);
  }
}
