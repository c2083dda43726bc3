import type { Scope } from "./scope.ts";

/**
 * Runs `reconcile` every `everyMs` and soon after each `nudge`, never twice at a time. The function compares what is
 * desired with what is; a failure is logged by the scope and the next run tries again.
 */
export class Reconciler {
  readonly #scope: Scope;
  readonly #reconcile: () => Promise<void>;
  #running = false;
  #again = false;

  constructor(scope: Scope, options: { name: string; everyMs: number; reconcile: () => Promise<void> }) {
    this.#scope = scope;
    this.#reconcile = options.reconcile;
    scope.every(options.everyMs, options.name, () => this.nudge());
    this.nudge();
  }

  nudge(): void {
    if (this.#scope.closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#scope.run("reconcile", async () => {
      try {
        do {
          this.#again = false;
          await this.#reconcile();
        } while (this.#again && !this.#scope.closed);
      } finally {
        this.#running = false;
      }
    });
  }
}
