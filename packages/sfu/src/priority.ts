import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { promisify } from "node:util";
import type { Log } from "@rostrum/platform";

const run = promisify(execFile);
const first = constants.priority.PRIORITY_HIGH;

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
    setPriority(pid, first);
  } catch (error) {
    log.debug({ err: error, pid }, "the media worker runs at common priority");
  }
}

/**
 * This process before other services of the machine: who has been admitted is let in before the next are admitted. Where
 * Linux groups processes by session (sched(7), autogroup), priorities count within a session alone. Only in a session of
 * this process's own; without such groups, or the right to it, nothing changes.
 */
export function favourOwnSession(log: Log): void {
  try {
    // The sixth field (proc_pid_stat(5)), counted behind the name, which may hold anything.
    const [, , , session] = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
    if (Number(session) === process.pid) writeFileSync("/proc/self/autogroup", String(first));
  } catch (error) {
    log.debug({ err: error }, "this session runs at common priority");
  }
}
