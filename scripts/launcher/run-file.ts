import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What `$ROSTRUM_HOME/run.json` tells while the product runs. */
export type RunFile = {
  pid: number;
  state: "starting" | "ready" | "stopping";
  startedAt: string;
  home: string;
  portBase: number;
  /** Base URL of each service. */
  urls: Record<string, string>;
  /** Links of the demo webinar, fresh at every start. */
  demo: Record<string, unknown> | null;
  /** Process id by name; missing while a service is down. */
  pids: Record<string, number>;
  services: Record<string, { pid: number | null; restarts: number; log: string; env: string }>;
};

const fileOf = (home: string): string => path.join(home, "run.json");

/** Replace it whole, so that a reader never sees half of one. */
export function writeRunFile(run: RunFile): void {
  const file = fileOf(run.home);
  writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export const removeRunFile = (home: string): void => rmSync(fileOf(home), { force: true });

export const hasRunFile = (home: string): boolean => existsSync(fileOf(home));

/** The run under way in this home; undefined when there is none, or only the file of one that was killed. */
export function readRunFile(home: string): RunFile | undefined {
  try {
    const run = JSON.parse(readFileSync(fileOf(home), "utf8")) as RunFile;
    return isLauncher(run.pid) ? run : undefined;
  } catch {
    return undefined;
  }
}

/** Whether that process is a launcher; a number used again by another program is not. */
export function isLauncher(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("launcher/main.ts");
  } catch {
    return !existsSync("/proc/self/cmdline"); // No /proc: take the number's word.
  }
}
