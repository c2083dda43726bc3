import type { Scope } from "./scope.ts";

const lookMs = 250;

/**
 * Call `act` when this process has stood still for `overMs` or longer (stopped, swapped out, its machine paused) and goes
 * on: the others have taken it for dead meanwhile. Told with how long, ms.
 */
export function afterSleep(scope: Scope, overMs: number, act: (sleptMs: number) => void): void {
  let lookedAt = performance.now();
  scope.every(lookMs, "pulse", () => {
    const slept = performance.now() - lookedAt - lookMs;
    lookedAt = performance.now();
    if (slept >= overMs) act(slept);
  });
}
