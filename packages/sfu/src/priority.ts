import { execFile } from "node:child_process";
import { constants, setPriority } from "node:os";
import { promisify } from "node:util";
import type { Log } from "@rostrum/platform";

const run = promisify(execFile);

/**
 * A media worker runs in real time (SCHED_RR, the lowest of its priorities; sched(7)): it is at work for well below a
 * millisecond at a time, and what it forwards cannot wait until others had their share. The kernel leaves everybody else a
 * twentieth of each core. Needs the right to it (root or CAP_SYS_NICE) and util-linux; without, it goes before this
 * process as far as a nice value can, and else all are equal.
 */
export async function favourWorker(pid: number, log: Log): Promise<void> {
  try {
    await run("chrt", ["--rr", "--all-tasks", "--pid", "1", String(pid)], { timeout: 5000 });
  } catch (error) {
    log.debug({ err: error, pid }, "the media worker does not run in real time");
    favourByNiceValue(pid, log);
  }
}

function favourByNiceValue(pid: number, log: Log): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch (error) {
    log.debug({ err: error, pid }, "the media worker runs at common priority");
  }
}
