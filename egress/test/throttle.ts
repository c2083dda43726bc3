/** Leaves a process only a share of its time by stopping and continuing it, as cpulimit does. */
export class Throttle {
  readonly #pid: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param share of the time it may run, 0..1, in each period */
  constructor(pid: number, share: number, periodMs = 60) {
    this.#pid = pid;
    const run = (): void => {
      this.#signal("SIGCONT");
      this.#timer = setTimeout(hold, periodMs * share);
    };
    const hold = (): void => {
      this.#signal("SIGSTOP");
      this.#timer = setTimeout(run, periodMs * (1 - share));
    };
    run();
  }

  /** Gone: nothing to hold back. */
  #signal(signal: "SIGCONT" | "SIGSTOP"): void {
    try {
      process.kill(this.#pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#signal("SIGCONT");
  }
}
