import { readFileSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import type { Log } from "@rostrum/platform";

const first = constants.priority.PRIORITY_HIGH;

/**
 * Media before everything else on this node: while people pour in, this process has much to do and its workers little,
 * but theirs cannot wait. Needs the right to it (CAP_SYS_NICE); without it all are equal.
 */
export function favourWorker(pid: number, log: Log): void {
  try {
    setPriority(pid, first);
  } catch (error) {
    log.debug({ err: error, pid }, "the media worker runs at common priority");
  }
}

/**
 * Media before other services on this machine. Where Linux groups processes by session (sched(7), autogroup), priorities
 * count within a session alone: a worker waited for tens of ms while web had its turn. Only in a session of this
 * process's own; without such groups, or the right to it, nothing changes.
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
