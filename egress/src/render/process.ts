import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromRender, RenderOrder, RenderOutcome, ToRender } from "./ipc.ts";

/** Time to clean up after itself, ms. */
const patienceMs = 2500;

/** The process that makes one recording in another layout, as the desk holds it. */
export class RenderProcess {
  readonly #child: ChildProcess;
  #outcome: RenderOutcome | null = null;
  #cancelled = false;
  /** Once the process has ended; never rejects. */
  readonly done: Promise<RenderOutcome>;
  /** 0 to 1. */
  progress = 0;

  constructor(order: RenderOrder) {
    this.#child = fork(fileURLToPath(new URL("./child.ts", import.meta.url)), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    this.#child.on("message", (message: FromRender) => {
      if (message.type === "progress") this.progress = message.share;
      else this.#outcome = message.outcome;
    });
    this.done = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(this.#ended(error.message)));
      this.#child.once("exit", (code, signal) => resolve(this.#ended(`ended with ${signal ?? code}`)));
    });
    this.#send({ type: "start", order });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Wait, or go on, where it is. */
  pause(paused: boolean): void {
    this.#send({ type: "pause", paused });
  }

  /** Ends it; settles when the process is gone. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.#send({ type: "cancel" });
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    await this.done;
    clearTimeout(hard);
  }

  #send(message: ToRender): void {
    // One that is gone is seen by its exit.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #ended(reason: string): RenderOutcome {
    if (this.#cancelled) return { state: "cancelled" };
    const message = "The program that makes it ended unexpectedly.";
    return this.#outcome ?? { state: "failed", message, reason };
  }
}
