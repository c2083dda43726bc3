import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

const first = constants.priority.PRIORITY_HIGH;

function ifAllowed(ask: () => void): void {
  try {
    ask();
  } catch {
    // All are equal then.
  }
}

/** Before other sessions of this machine (sched(7), autogroup); nothing changes where there are none. */
export const favourSession = (pid: number): void =>
  ifAllowed(() => writeFileSync(`/proc/${pid}/autogroup`, String(first)));

/** Before the product's processes, in a session of its own for which that counts: people bring computers of their own. */
export function favour(pid: number): void {
  ifAllowed(() => setPriority(pid, first));
  favourSession(pid);
}

/**
 * A process with all threads it has by now in real time (SCHED_RR), at 2 before the product's media workers (1): what is
 * at work for some hundredths of a core, and must not be late because what it measures is busy.
 */
export const inRealTime = (pid: number, priority = 2): void =>
  ifAllowed(() =>
    execFileSync("chrt", ["--rr", "--all-tasks", "--pid", String(priority), String(pid)], {
      stdio: "ignore",
    }),
  );
