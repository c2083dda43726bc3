import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromCompositor, StartMessage, ToCompositor } from "../programme/ipc.ts";

export type CompositorHandlers = {
  /** It is up: with what shall it begin? Asked as late as possible, for the clock's sake. */
  onReady: () => StartMessage;
  onMessage: (message: FromCompositor) => void;
  /** Once, whatever ended it. `finished`: it had said so before. */
  onExit: (exit: { finished: boolean; reason: string }) => void;
};

/** Its clock has stood still for this long: it hangs, and is killed. A clock that is late goes on, and is left alone. */
const stuckMs = 6000;
/** Time to be up, ms: a busy machine takes long to start one, and starting it again takes longer. */
const startMs = 60_000;
const watchMs = 500;

/** The compositor's process as the supervisor holds it: started, watched, ended. */
export class CompositorProcess {
  readonly #child: ChildProcess;
  readonly #handlers: CompositorHandlers;
  readonly #watch: NodeJS.Timeout;
  readonly exited: Promise<void>;
  #finished = false;
  #reason: string | null = null;
  #ticks = -1;
  #quietMs = 0;
  #watchedAt = performance.now();

  constructor(handlers: CompositorHandlers) {
    this.#handlers = handlers;
    // Buffers cross by structured clone; libuv's pool encodes, opens the RTMP output and resolves names.
    this.#child = fork(fileURLToPath(new URL("../programme/child.ts", import.meta.url)), {
      serialization: "advanced",
      env: { UV_THREADPOOL_SIZE: "4", NODE_ENV: "production" },
      // One thread collects: with as many as V8 likes, waking them costs more than the little there is to collect.
      execArgv: ["--disable-warning=ExperimentalWarning", "--single-threaded-gc"],
    });
    this.#child.on("message", (message: FromCompositor) => this.#receive(message));
    // A failed send or spawn: the exit that follows is what counts.
    this.#child.on("error", (error) => {
      this.#reason = error.message;
    });
    this.exited = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        clearInterval(this.#watch);
        const reason = this.#reason ?? (signal ? `killed by ${signal}` : `exit code ${code}`);
        handlers.onExit({ finished: this.#finished, reason });
        resolve();
      });
    });
    this.#watch = setInterval(() => this.#look(), watchMs);
  }

  /** Counts only the time in which this process could have heard: when it had no time itself, nothing is known. */
  #look(): void {
    const now = performance.now();
    this.#quietMs += Math.min(now - this.#watchedAt, 2 * watchMs);
    this.#watchedAt = now;
    if (this.#quietMs > (this.#ticks < 0 ? startMs : stuckMs))
      this.kill(`its clock stood still for ${Math.round(this.#quietMs / 1000)} s`);
  }

  #heard(ticks: number): void {
    if (ticks <= this.#ticks) return;
    this.#ticks = ticks;
    this.#quietMs = 0;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToCompositor): void {
    if (this.#child.connected) this.#child.send(message);
  }

  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  #receive(message: FromCompositor): void {
    if (message.type === "ready") {
      this.send(this.#handlers.onReady());
      return;
    }
    if (message.type === "progress") this.#heard(message.ticks);
    else if (message.type === "run") this.#heard(0);
    if (message.type === "ended") this.#finished = true;
    this.#handlers.onMessage(message);
  }
}
